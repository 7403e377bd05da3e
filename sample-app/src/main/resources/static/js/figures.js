// Small charts from the server's own meters.

import { $, drawLine, element, keepRows, newLine } from './ui.js';

const EVERY = 2000, KEPT = 60;
const SAMPLE = /^(\w+)\{(.*)\} (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

let before = null;
const history = { rate: [], open: [], methods: new Map() };

function parse(text) {
	const scrape = { time: performance.now(), calls: new Map(), buckets: new Map(), refused: new Map(), open: 0 };
	for (const line of text.split('\n')) {
		const [, name, labels, value] = SAMPLE.exec(line) ?? [];
		if (!name) continue;
		const tags = Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, tag]) => [key, tag]));
		const method = tags.rpc_method;
		if (name === 'rpc_server_call_duration_seconds_count') add(scrape.calls, method, Number(value));
		else if (name === 'rpc_server_call_duration_seconds_bucket') {
			if (!scrape.buckets.has(method)) scrape.buckets.set(method, new Map());
			add(scrape.buckets.get(method), tags.le === '+Inf' ? Infinity : Number(tags.le), Number(value));
		}
		else if (name === 'grpc_patterns_server_refused_total' && Number(value)) add(scrape.refused, tags.reason, Number(value));
		else if (name === 'grpc_patterns_server_stream_active') scrape.open += Number(value);
	}
	return scrape;
}

const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);

/** The upper bound of the bucket in which a quantile falls, in words. */
function quantile(buckets, q) {
	const sorted = [...(buckets ?? [])].sort(([a], [b]) => a - b);
	const total = sorted.at(-1)?.[1] ?? 0;
	if (!total) return '–';
	const [bound] = sorted.find(([, count]) => count >= q * total);
	return bound === Infinity ? '> ' + ms(sorted.at(-2)[0]) : '≤ ' + ms(bound);
}

const ms = (s) => s >= 1 ? `${s.toFixed(1)} s` : s >= .01 ? `${Math.round(1000 * s)} ms` : `${(1000 * s).toFixed(1)} ms`;

function keep(values, value) {
	values.push(value);
	if (values.length > KEPT) values.shift();
	return values;
}

async function read() {
	const response = await fetch('/actuator/prometheus').catch(() => null);
	if (!response?.ok) { before = null; return; }
	const now = parse(await response.text());
	const elapsed = before ? (now.time - before.time) / 1000 : 0;
	const rate = (method) => elapsed ? Math.max(0, (now.calls.get(method) ?? 0) - (before.calls.get(method) ?? 0)) / elapsed : 0;
	const methods = [...now.calls.keys()].sort();
	const all = methods.reduce((sum, method) => sum + rate(method), 0);
	$('rate').textContent = all.toFixed(1);
	$('open').textContent = now.open;
	drawLine($('rate-line'), keep(history.rate, all));
	drawLine($('open-line'), keep(history.open, now.open));
	$('refused').replaceChildren(...(now.refused.size ? [...now.refused].sort(([, a], [, b]) => b - a).map(([reason, count]) =>
		element('li', {}, reason, element('b', {}, String(count)))) : [element('li', {}, 'None yet.')]));
	keepRows($('methods').tBodies[0], methods, (m) => m, (m) => {
		const row = element('tr', {}, element('th', { scope: 'row' }, m), ...Array.from({ length: 4 }, () => element('td', { className: 'number' })), element('td', {}, newLine()));
		row.lastElementChild.style.minWidth = '8rem';
		return row;
	}, (row, m) => {
		if (!history.methods.has(m)) history.methods.set(m, []);
		[now.calls.get(m), rate(m).toFixed(1), quantile(now.buckets.get(m), .5), quantile(now.buckets.get(m), .99)]
			.forEach((text, i) => { row.cells[i + 1].textContent = text; });
		drawLine(row.lastElementChild.firstElementChild, keep(history.methods.get(m), rate(m)));
	});
	before = now;
}

export function start() {
	setInterval(read, EVERY);
	return read();
}
