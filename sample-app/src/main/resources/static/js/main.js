import { $ } from './ui.js';
import * as chat from './chat.js';
import * as classify from './classify.js';
import * as figures from './figures.js';
import * as more from './more.js';
import * as prices from './prices.js';
import * as server from './server.js';
import * as session from './session.js';

const dark = () => (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

function name() {
	$('theme').textContent = dark() ? 'Light' : 'Dark';
}

$('theme').addEventListener('click', () => {
	document.documentElement.dataset.theme = dark() ? 'light' : 'dark';
	name();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', name);
name();

await session.start();
[classify, chat, more].forEach((part) => part.start());
await Promise.allSettled([prices.start(), server.start(), figures.start()]);
