/** Sends a place with its coordinates and name. */
import { useState } from 'preact/hooks';
import type { ChatId } from '../chats.js';
import { useAction } from '../hooks.js';
import { send } from '../sending.js';
import { useStrings } from '../strings.js';
import { MapSketch } from './map-sketch.js';
import { Modal } from './modal.js';

const MAX_LABEL_CHARS = 100;
const SCALE = 16;
const FIND_TIMEOUT_MS = 15_000;
const MAX_AGE_MS = 60_000;
const ROUNDED = 1e6;

const position = (): Promise<GeolocationPosition> =>
  new Promise((resolve, reject) =>
    navigator.geolocation.getCurrentPosition(resolve, reject, {
      timeout: FIND_TIMEOUT_MS,
      maximumAge: MAX_AGE_MS,
    }),
  );

export function LocationDialog({ id, onClose }: { id: ChatId; onClose: () => void }) {
  const strings = useStrings();
  const { busy, run } = useAction();
  const [error, setError] = useState('');
  const [label, setLabel] = useState('');
  const [latitude, setLatitude] = useState('');
  const [longitude, setLongitude] = useState('');

  const find = () =>
    run(async () => {
      setError('');
      try {
        const { coords } = await position();
        setLatitude(String(Math.round(coords.latitude * ROUNDED) / ROUNDED));
        setLongitude(String(Math.round(coords.longitude * ROUNDED) / ROUNDED));
      } catch {
        setError(strings.noPosition);
      }
    });

  const degreesField = (title: string, value: string, max: number, set: (text: string) => void) => (
    <label>
      {title}
      <input
        type="number"
        step="any"
        min={-max}
        max={max}
        required
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );

  return (
    <Modal title={strings.shareLocation} onClose={onClose}>
      <form
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault();
          const place = { latitude: Number(latitude), longitude: Number(longitude) };
          send(id, { type: 'location', ...place, scale: SCALE, label: label.trim() });
          onClose();
        }}
      >
        <MapSketch latitude={Number(latitude)} longitude={Number(longitude)} />
        <label>
          {strings.place}
          <input
            maxLength={MAX_LABEL_CHARS}
            required
            value={label}
            autocomplete="off"
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
        <div class="pair">
          {degreesField(strings.latitude, latitude, 90, setLatitude)}
          {degreesField(strings.longitude, longitude, 180, setLongitude)}
        </div>
        <button type="button" class="link" disabled={busy} onClick={() => void find()}>
          {strings.here}
        </button>
        {error !== '' && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <div class="actions">
          <button type="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="primary">
            {strings.send}
          </button>
        </div>
      </form>
    </Modal>
  );
}
