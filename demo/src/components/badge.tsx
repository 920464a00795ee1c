/** A number of unread messages. */
import { useStrings } from '../strings.js';

const MAX_BADGE = 99;

export function Badge({ count }: { count: number }) {
  const strings = useStrings();
  return (
    <span class="badge" role="img" aria-label={strings.unread(count)}>
      {count > MAX_BADGE ? `${MAX_BADGE}+` : count}
    </span>
  );
}
