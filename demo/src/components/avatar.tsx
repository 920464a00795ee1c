/** Somebody's initial on a colour of their own, which depends on nothing but the user name. */
const HUES = [12, 38, 95, 152, 190, 222, 262, 318];

function hueOf(username: string): number {
  let hash = 0;
  for (let i = 0; i < username.length; i += 1) hash = (hash * 31 + username.charCodeAt(i)) % 9_973;
  return HUES[hash % HUES.length] ?? 0;
}

/** The first character as people see it: an emoji or a composed letter is one. */
const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? '?';
};

export function Avatar({ username, name, size = 40 }: { username: string; name: string; size?: number }) {
  const style = { '--avatar-hue': hueOf(username), '--avatar-size': `${size}px` };
  return (
    <span class="avatar" style={style} aria-hidden="true">
      {initialOf(name)}
    </span>
  );
}
