/**
 * The driver of a browser, as the tests of every engine use it. Playwright's pages fit it as they are. Firefox and WebKit have drivers beside
 * this file. `JMESSAGE_ENGINE` names the engine of a run.
 */

export const ENGINES = ['chromium', 'firefox', 'webkit', 'chromium-66', 'chromium-80'] as const;
type EngineName = (typeof ENGINES)[number];

/** The engine of the whole run: `JMESSAGE_ENGINE=firefox npm test browser/sharing`. */
export const ENGINE = (process.env.JMESSAGE_ENGINE ?? 'chromium') as EngineName;

/** Whether the browser keeps no data beyond its life. */
export const PRIVATE = process.env.JMESSAGE_WEBKIT === 'private';

/** A page or an iframe of one: both are tabs to the SDK. */
export interface TabFrame {
  /** Runs a function in the page, which gets the argument as a copy. @returns a copy of its result */
  evaluate<R>(run: () => R | Promise<R>): Promise<R>;
  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg: A): Promise<R>;
}

export interface TabPage extends TabFrame {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  /** As the back button does. A page that returns from the cache commits, and does not load. */
  goBack(options: { waitUntil: 'commit' }): Promise<unknown>;
  /** Closes the tab, as its user would. */
  close(): Promise<void>;
  /** An iframe of the page. */
  frame(name: string): TabFrame | null;
}

/** A browser of its own on a folder of its own, as on another device. */
export interface BrowserProfile {
  /** Starts the browser on the data of its folder. */
  open(): Promise<void>;
  /** A new tab, which is visible. */
  page(url?: string): Promise<TabPage>;
  /** Ends every page and every worker. */
  clear(): Promise<void>;
  /** Kills the browser's processes; the folder stays unchanged. */
  kill(): Promise<void>;
  /** Closes the browser normally; the folder stays. */
  close(): Promise<void>;
  /** Closes the browser and removes the folder. */
  destroy(): Promise<void>;
}

/** Creates a profile of the run's engine and opens it. A driver is loaded by the runs that use it. */
export async function openAnyProfile(): Promise<BrowserProfile> {
  switch (ENGINE) {
    case 'chromium':
      return (await import('../browser.js')).openProfile();
    case 'firefox':
      return (await import('./firefox.js')).openFirefox();
    case 'webkit':
      return (await import('./webkit.js')).openWebkit();
    case 'chromium-66':
    case 'chromium-80':
      return (await import('./old-chromium.js')).openOldChromium(ENGINE);
  }
}
