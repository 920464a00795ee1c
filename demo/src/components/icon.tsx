/** The page's line icons. They are decoration, because each button has a label. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  addUser:
    'M16 20v-1.5a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M12.5 7.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM18 8v6M21 11h-6',
  attach: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  emoji: 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.01M15 9.5v.01',
  failed: 'M12 8v5M12 16.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  file: 'M13 3H6v18h12V8zM13 3v5h5',
  forward: 'M15 5l5 5-5 5M20 10H9.5a5 5 0 0 0 0 10H12',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9v.01',
  logOut: 'M14 4H6v16h8M10 12h10M17 9l3 3-3 3',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  newTab: 'M14 4h6v6M20 4l-9 9M11 5H5v14h14v-6',
  offline: 'M3 3l18 18M8.5 16a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 4-2.4M15 10.1a10 10 0 0 1 4 2.4M12 19.5v.01',
  pin: 'M12 21c-4-5.5-6-8-6-11a6 6 0 1 1 12 0c0 3-2 5.5-6 11zM12 10v.01',
  read: 'M2 12.5l4.5 4.5L15 7.5M11 16l1 1 9.5-9.5',
  search: 'M16 16l4.5 4.5M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  send: 'M12 19V5M6 11l6-6 6 6',
  sending: 'M12 3a9 9 0 1 0 9 9',
  sent: 'M5 12.5l4.5 4.5L19 7.5',
  undo: 'M9 5L4 10l5 5M4 10h10.5a5 5 0 0 1 0 10H11',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  tools: 'M4 6h9M17 6h3M4 12h3M11 12h9M4 18h11M19 18h1M15 4v4M9 10v4M17 16v4',
  waiting: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  users:
    'M16 20v-1.5a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M12.5 7.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM16 4.8a3 3 0 0 1 0 5.4M21 20v-1.5a4 4 0 0 0-3-3.8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" data-icon={name} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
