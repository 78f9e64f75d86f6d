/** Line drawings on a grid of 24, drawn in the colour of the text beside them. */
const DRAWINGS = {
  arch: 'M5 21v-9a7 7 0 0 1 14 0v9M12 5v16M3 21h18',
  good: 'M4 12.5l5 5L20 6.5',
  notice: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v6M12 7.2v.4',
  alarm: 'M12 3.5L2.5 20h19zM12 10v5M12 17.2v.4',
  quiet: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12h8',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2',
  camera: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13z',
  microphone: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  sending: 'M12 20V6M6 11.5L12 5.5l6 6M4 20h16',
  seal: 'M12 3a6 6 0 1 0 0 12 6 6 0 0 0 0-12M8.5 14L7 21l5-2.5L17 21l-1.5-7M9.8 9l1.6 1.6 3-3',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  key: 'M8 9a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11.5 11.5L20 4M16.5 7l3 3',
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3',
  download: 'M12 4v11M7 10.5l5 5 5-5M4 20h16',
  open: 'M13 4h7v7M20 4l-9 9M17 14v6H4V7h6',
  people:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 20a6.5 6.5 0 0 1 13 0M16 5.5a3.2 3.2 0 0 1 0 6M18 14.2a6.4 6.4 0 0 1 3.5 5.8',
  list: 'M4 6h16M4 12h16M4 18h16',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  leave: 'M10 4H4v16h6M9 12h12M16.5 7.5L21 12l-4.5 4.5',
  pen: 'M4 20l1-4.5L16.5 4 20 7.5 8.5 19z',
  window: 'M3 5h18v14H3zM3 9.5h18M6 7.2h.4M8.5 7.2h.4',
  box: 'M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21',
  processor: 'M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4',
  exchange: 'M4 8.5h15M15 4.5l4 4-4 4M20 15.5H5M9 11.5l-4 4 4 4',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
} as const;

export type IconName = keyof typeof DRAWINGS;

/** An icon beside words; it says nothing to a screen reader, the words do. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={DRAWINGS[name]} />
    </svg>
  );
}
