import { $, drawLine, element, guarded, newLine, showProblem } from './ui.js';
import { call, events, pause, send } from './session.js';

const KEPT = 60;
const rows = new Map(); // id of the product to its row, prices and cells
let watching = null;
let last;

function addRow(product) {
	const body = $('products').tBodies[0];
	const price = element('td', { className: 'number' }), course = newLine();
	const remove = element('button', { type: 'button', className: 'plain' }, 'Remove');
	remove.setAttribute('aria-label', 'Remove ' + product.name);
	remove.addEventListener('click', guarded($('prices-problem'), async () => {
		await call('/api/products/' + encodeURIComponent(product.id), { method: 'DELETE' });
		await watch();
	}));
	const cell = element('td', {}, course);
	cell.style.minWidth = '8rem';
	body.append(element('tr', {}, element('th', { scope: 'row' }, product.name), price, cell, element('td', { className: 'number' }, remove)));
	rows.set(product.id, { row: body.lastElementChild, price, course, prices: [] });
}

function moved(update) {
	const product = rows.get(update.productId);
	if (!product) return;
	const before = product.prices.at(-1);
	product.prices.push(update.newPrice);
	if (product.prices.length > KEPT) product.prices.shift();
	const up = before === undefined || update.newPrice >= before;
	product.price.className = 'number ' + (up ? 'up' : 'down');
	product.price.replaceChildren(before === undefined ? '' : up ? '▲ ' : '▼ ', update.newPrice.toFixed(2));
	drawLine(product.course, product.prices);
}

export async function watch() {
	watching?.abort();
	const own = watching = new AbortController();
	const products = await (await call('/api/products?category=page&page_size=100')).json();
	const ids = new Set(products.map((p) => p.id));
	for (const [id, product] of rows) {
		if (!ids.has(id)) { product.row.remove(); rows.delete(id); }
	}
	products.filter((p) => !rows.has(p.id)).forEach(addRow);
	$('products').hidden = !products.length;
	$('no-products').hidden = products.length > 0;
	if (products.length) follow(products, own.signal);
}

/** Resumes after the last sequence, at whichever instance answers, until it is replaced. */
async function follow(products, signal) {
	const path = '/api/prices?' + products.map((p) => 'id=' + encodeURIComponent(p.id)).join('&');
	while (!signal.aborted) {
		try {
			const response = await call(path, { signal, headers: last ? { 'Last-Event-ID': last } : {} });
			showProblem($('prices-problem'), null);
			await events(response, (update, id) => { last = id; moved(update); });
		}
		catch (error) {
			if (signal.aborted) return;
			showProblem($('prices-problem'), error);
			if (error.reason === 'NOT_FOUND') { last = undefined; return watch().catch(() => {}); }
		}
		await pause(1000);
	}
}

async function create() {
	const name = 'Product ' + Math.floor(100 + Math.random() * 900);
	await send('/api/products', { name, price: 10 + Math.round(Math.random() * 9000) / 100, category: 'page' });
	await watch();
}

export function start() {
	$('create').addEventListener('click', guarded($('prices-problem'), create));
	return guarded($('prices-problem'), watch)();
}
