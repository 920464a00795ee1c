/** Renders the page. */
import { render } from 'preact';
import { App } from './app.js';
import { showLooks } from './theme.js';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');

showLooks();
render(<App />, root);
