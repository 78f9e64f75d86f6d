const SPACING = { x: 420, y: 150 };

/**
 * Draws a text over a picture, repeated and slanted, on a canvas so that it is no text that could be selected.
 * It is drawn again whenever the picture's size changes.
 */
export function drawWatermark(canvas: HTMLCanvasElement, text: string): void {
  const draw = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.rotate(-Math.PI / 12);
    context.font = '500 14px Inter, system-ui, sans-serif';
    context.lineWidth = 2;
    context.strokeStyle = 'rgb(0 0 0 / 0.25)';
    context.fillStyle = 'rgb(255 255 255 / 0.3)';
    for (let row = 0, y = 40; y < height + width; y += SPACING.y, row++) {
      for (let x = (row % 2) * (SPACING.x / 2) - height; x < width + height; x += SPACING.x) {
        context.strokeText(text, x, y);
        context.fillText(text, x, y);
      }
    }
  };
  new ResizeObserver(draw).observe(canvas);
}
