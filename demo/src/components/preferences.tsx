/** Theme and language. */
import { useStore } from '../store.js';
import { useStrings } from '../strings.js';
import { setLanguage, setTheme } from '../theme.js';
import { Segmented } from './segmented.js';

export function Preferences() {
  const strings = useStrings();
  const theme = useStore((state) => state.theme);
  const language = useStore((state) => state.language);
  return (
    <div class="preferences">
      <Segmented label={strings.theme} options={strings.themes} value={theme} onChange={setTheme} />
      <Segmented
        label={strings.language}
        options={strings.languages}
        value={language}
        onChange={setLanguage}
      />
    </div>
  );
}
