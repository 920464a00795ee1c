/** The line between two days. */
import { day, isoTime } from '../format.js';
import type { Language } from '../remember.js';

export function DayLine({ at, now, language }: { at: number; now: number; language: Language }) {
  return (
    <p class="day">
      <time dateTime={isoTime(at)}>{day(at, now, language)}</time>
    </p>
  );
}
