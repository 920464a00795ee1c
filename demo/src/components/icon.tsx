/** The page's line icons. They are decoration: what a button does is said by its label. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  failed: 'M12 8v5M12 16.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  logOut: 'M14 4H6v16h8M10 12h10M17 9l3 3-3 3',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  newTab: 'M14 4h6v6M20 4l-9 9M11 5H5v14h14v-6',
  offline: 'M3 3l18 18M8.5 16a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 4-2.4M15 10.1a10 10 0 0 1 4 2.4M12 19.5v.01',
  search: 'M16 16l4.5 4.5M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  send: 'M12 19V5M6 11l6-6 6 6',
  sending: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  sent: 'M5 12.5l4.5 4.5L19 7.5',
  users: 'M16 20v-1.5a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M12.5 7.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM18 8v6M21 11h-6',
} as const;

export function Icon({ name, size = 20 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg class="icon" data-icon={name} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
