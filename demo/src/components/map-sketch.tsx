/** A drawing in the style of a map: streets that depend on the place only, and a pin in the middle. */
const WIDTH = 260;
const HEIGHT = 110;
const STREETS = 5;

/** Repeatable random numbers, different for each place. */
function noise(seed: number, n: number): number {
  const x = Math.sin(seed * 12.9898 + n * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

export function MapSketch({ latitude, longitude }: { latitude: number; longitude: number }) {
  const seed = latitude * 7.3 + longitude * 3.1;
  const streets = Array.from({ length: STREETS }, (_, n) => {
    const y = HEIGHT * noise(seed, n);
    const x = WIDTH * noise(seed, n + 20);
    const tilt = (noise(seed, n + 40) - 0.5) * HEIGHT;
    return `M0 ${y}L${WIDTH} ${y + tilt}M${x} 0L${x + tilt} ${HEIGHT}`;
  });
  const river = HEIGHT * noise(seed, 90);
  return (
    <svg
      class="map"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <path class="map-river" d={`M0 ${river}Q${WIDTH / 2} ${HEIGHT - river} ${WIDTH} ${river + 30}`} />
      <path class="map-street" d={streets.join('')} />
      <g transform={`translate(${WIDTH / 2} ${HEIGHT / 2 + 8})`}>
        <path class="map-pin" d="M0 0C-8 -12 -11 -16 -11 -22a11 11 0 1 1 22 0C11 -16 8 -12 0 0z" />
        <circle class="map-hole" cy="-22" r="4" />
      </g>
    </svg>
  );
}
