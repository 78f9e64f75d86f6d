/** Milliseconds that the browser has to bring microphone and sound system together; without a sound device it never does. */
const PATIENCE = 5000;

/**
 * Reads a microphone where the browser has no way to read a track (Firefox).
 * @param out gets SoundBlocks
 * @param onSilence the browser's sound system did not start: nothing comes
 * @returns lets go
 */
export function readMicrophone(track: MediaStreamTrack, out: MessagePort, onSilence: () => void): () => void {
  const context = new AudioContext();
  const unheard = setTimeout(onSilence, PATIENCE);
  context.audioWorklet
    .addModule('/assets/microphone-worklet.js')
    .then(() => {
      const node = new AudioWorkletNode(context, 'microphone', { numberOfOutputs: 0 });
      node.port.postMessage(out, [out]);
      context.createMediaStreamSource(new MediaStream([track])).connect(node);
      return context.resume();
    })
    .then(() => clearTimeout(unheard))
    .catch(() => {
      clearTimeout(unheard);
      onSilence();
    });
  return () => {
    clearTimeout(unheard);
    void context.close();
  };
}
