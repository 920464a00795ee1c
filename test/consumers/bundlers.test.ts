/** The applications of `npm run test:consumers` that need no packages beyond this repository's: Vite, and a page without a bundler. */
import { APPLICATIONS } from '../bundlers/applications.js';
import { testApplications } from '../bundlers/table.js';

testApplications(APPLICATIONS.filter(({ isOwn }) => isOwn));
