import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Starts Debian's nginx with one worker and one TLS server on 127.0.0.1.
 * @param options.beside folder in which it makes one of its own, which goes with it
 * @param options.tls path of the certificate and of its key
 * @param options.server the server's further directives
 * @throws Error when it does not start
 */
export async function startNginx(options: {
  beside: string;
  tls: { certificate: string; key: string };
  server: string;
}) {
  const { beside, tls, server } = options;
  const folder = mkdtempSync(join(beside, 'nginx-'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  writeFileSync(
    configuration,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/errors warn; ${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/bodies; ${temporary}
  types { text/html html; video/webm webm; }
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port} ssl; ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};
    ${server}
  }
}`,
  );
  const child = spawn('nginx', ['-p', folder, '-e', join(folder, 'errors'), '-c', configuration], { stdio: 'inherit' });
  await reachable(port, child);
  return {
    port,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGQUIT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    const socket = connect(port, '127.0.0.1');
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect']),
      once(socket, 'close').then(() => ['close']),
    ]).catch(() => ['error']);
    socket.destroy();
    if (event === 'connect') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not answer');
}
