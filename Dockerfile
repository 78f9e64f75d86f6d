# The whole appliance on one machine, for a trial. Exams want it installed, with an account for each process: docs/install.md.
#   docker build --tag cloister .
#   docker run --read-only --tmpfs /tmp --cap-drop=all --network=host --volume cloister:/data cloister
FROM docker.io/library/debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git g++ nodejs npm
WORKDIR /src
COPY . .
RUN bin/setup && bin/release /release

FROM docker.io/library/debian:12
RUN apt-get update && apt-get install -y --no-install-recommends openssl softhsm2 \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin cloister \
  && install --directory --owner=cloister --group=cloister --mode=0700 /data
COPY --from=build /release /opt/cloister
USER cloister
VOLUME /data
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s \
  CMD ["/opt/cloister/bin/cloister", "doctor", "--demonstration", "/data"]
ENTRYPOINT ["/opt/cloister/bin/cloister", "demo", "--data", "/data"]
