/** Modules that Vite's plugins make. */
/// <reference types="vite-plugin-pwa/vanillajs" />
