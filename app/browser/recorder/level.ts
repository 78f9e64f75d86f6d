/**
 * Moves a meter with the loudness of a microphone.
 * @returns ends it
 */
export function showLevel(track: MediaStreamTrack, meter: HTMLMeterElement): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const draw = () => {
    analyser.getFloatTimeDomainData(samples);
    meter.value = Math.min(1, 2 * Math.max(...samples.map(Math.abs)));
    frame = requestAnimationFrame(draw);
  };
  draw();
  return () => {
    cancelAnimationFrame(frame);
    void context.close();
  };
}
