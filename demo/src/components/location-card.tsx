/** A place in a message. The map is fetched only after a click. */
import { useStrings } from '../strings.js';
import { MapSketch } from './map-sketch.js';

interface Props {
  latitude: number;
  longitude: number;
  scale: number;
  label: string;
}

const DECIMALS = 5;
const DEFAULT_ZOOM = 15;
const MAX_ZOOM = 19;

const degrees = (value: number, positive: string, negative: string): string =>
  `${Math.abs(value).toFixed(DECIMALS)}° ${value < 0 ? negative : positive}`;

const positionText = (latitude: number, longitude: number): string =>
  `${degrees(latitude, 'N', 'S')}, ${degrees(longitude, 'E', 'W')}`;

function mapUrl({ latitude, longitude, scale }: Props): string {
  const zoom = scale > 0 && scale <= MAX_ZOOM ? scale : DEFAULT_ZOOM;
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=${zoom}/${latitude}/${longitude}`;
}

export function LocationCard(props: Props) {
  const { label, latitude, longitude } = props;
  const strings = useStrings();
  return (
    <a
      class="location-card"
      href={mapUrl(props)}
      target="_blank"
      rel="noopener noreferrer"
      title={strings.openMap}
    >
      <MapSketch latitude={latitude} longitude={longitude} />
      <span class="location-text">
        <strong dir="auto">{label || strings.location}</strong>
        <span class="muted small">{positionText(latitude, longitude)}</span>
      </span>
    </a>
  );
}
