/** Pixels between two texts of a row, and between two rows. */
const SPACING = { x: 420, y: 150 };
const FONT = '500 14px Inter, system-ui, sans-serif';
const SLANT = -Math.PI / 12;
/** Pixels around a text that its outline and its descenders may take. */
const MARGIN = 16;

/**
 * Draws a text over a picture, repeated and slanted, on a canvas so that it is no text that could be selected.
 * It is drawn again whenever the picture's size changes.
 */
export function drawWatermark(canvas: HTMLCanvasElement, text: string): void {
  let stamp: HTMLCanvasElement | undefined;
  let ratio = 0;
  const draw = () => {
    // The browser draws slanted letters slowly, and an image of them quickly. It is made before there is a size, and so before it is needed.
    if (!stamp || ratio !== devicePixelRatio) stamp = drawStamp(text);
    ratio = devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext('2d');
    if (!context) return;
    const [high, wide] = [stamp.height / ratio, stamp.width / ratio];
    context.scale(ratio, ratio);
    const [cos, sin] = [Math.cos(SLANT), Math.sin(SLANT)];
    for (let row = 0, y = 40; y < height + width; y += SPACING.y, row++) {
      for (let x = (row % 2) * (SPACING.x / 2) - height; x < width + height; x += SPACING.x) {
        const [left, top] = [x * cos - y * sin - MARGIN, x * sin + y * cos + MARGIN - high];
        if (left < width && left + wide > 0 && top < height && top + high > 0)
          context.drawImage(stamp, left, top, wide, high);
      }
    }
  };
  new ResizeObserver(draw).observe(canvas);
}

/** @returns the text once, slanted upwards from `MARGIN` right of and above its corner at the bottom left, in the screen's own pixels */
function drawStamp(text: string): HTMLCanvasElement {
  const stamp = document.createElement('canvas');
  const measuring = stamp.getContext('2d')!;
  measuring.font = FONT;
  const { width } = measuring.measureText(text);
  stamp.width = (width * Math.cos(SLANT) + 2 * MARGIN) * devicePixelRatio;
  stamp.height = (width * -Math.sin(SLANT) + 2 * MARGIN) * devicePixelRatio;
  const context = stamp.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.translate(MARGIN, stamp.height / devicePixelRatio - MARGIN);
  context.rotate(SLANT);
  context.font = FONT;
  context.lineWidth = 2;
  context.strokeStyle = 'rgb(0 0 0 / 0.25)';
  context.fillStyle = 'rgb(255 255 255 / 0.3)';
  context.strokeText(text, 0, 0);
  context.fillText(text, 0, 0);
  return stamp;
}
