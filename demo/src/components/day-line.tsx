/** The line between two days. */
import { day } from '../format.js';
import type { Language } from '../remember.js';

export function DayLine({ at, now, language }: { at: number; now: number; language: Language }) {
  return (
    <li class="day">
      <time dateTime={new Date(at).toISOString()}>{day(at, now, language)}</time>
    </li>
  );
}
