/** Renders the page. Modules that need a SharedWorker are loaded only if the browser has it. */
import { render } from 'preact';
import { Unsupported } from './components/unsupported.js';
import { showLooks } from './theme.js';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');

showLooks();
if (typeof SharedWorker === 'undefined') render(<Unsupported />, root);
else void import('./app.js').then(({ App }) => render(<App />, root));
