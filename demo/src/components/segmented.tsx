/** A choice of a few visible options: radio buttons in the form of one control. */
import { useId } from 'preact/hooks';

interface Props<T extends string> {
  label: string;
  options: Readonly<Record<T, string>>;
  /** A notice on an option, shown as a dot. */
  badges?: Partial<Readonly<Record<T, string>>>;
  value: T;
  onChange: (value: T) => void;
}

export function Segmented<T extends string>({ label, options, badges = {}, value, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend>{label}</legend>
      <div class="segments">
        {(Object.entries(options) as [T, string][]).map(([option, text]) => (
          <label key={option}>
            <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
            <span>
              {text}
              {badges[option] && <i class="dot" role="img" aria-label={badges[option]} />}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
