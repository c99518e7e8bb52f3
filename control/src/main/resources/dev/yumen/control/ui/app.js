// Starts the dashboard: language and theme first, so that nothing flickers, then the shell.
import { html, render } from './vendor/htm-preact.js';
import { start as startTexts } from './lib/i18n.js';
import { applyTheme } from './lib/prefs.js';
import { Shell } from './lib/shell.js';

applyTheme();
await startTexts();
render(html`<${Shell} />`, document.getElementById('app'));
