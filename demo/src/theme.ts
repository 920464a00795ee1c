/** Light, dark or as the system has it; and the language. Both show on the document's root, where CSS and screen readers look. */
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
