/**
 * Takes frames of a track where the browser has no way to read one (Firefox): from a video element that stands nowhere. The element's
 * own frame callbacks freeze behind another window; what it holds does not.
 * @returns `sample` gives the frame of the moment, or null before the first; `end` lets go
 */
export function sampleFrames(track: MediaStreamTrack): { sample: () => VideoFrame | null; end: () => void } {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  video.play().catch(() => {});
  return {
    sample() {
      // A track that gives nothing has nothing new to show; the last frame is repeated elsewhere.
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || track.muted || track.readyState === 'ended')
        return null;
      return new VideoFrame(video, { timestamp: Math.round(1000 * (performance.timeOrigin + performance.now())) });
    },
    end() {
      video.srcObject = null;
    },
  };
}
