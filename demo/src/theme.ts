/** The theme (light, dark or the system's) and the language. The document's root has both for CSS and screen readers. */
import { type Language, rememberLanguage, rememberTheme, type Theme } from './remember.js';
import { getState, update } from './store.js';

const root = document.documentElement;

export function showLooks(): void {
  const { theme, language } = getState();
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export function setTheme(theme: Theme): void {
  rememberTheme(theme);
  update({ theme });
  showLooks();
}

export function setLanguage(language: Language): void {
  rememberLanguage(language);
  update({ language });
  showLooks();
}
