// What the server says of itself: streams, policy, refusals.

import { $, copyButton, element, keepRows, seconds } from './ui.js';

async function read(path) {
	const response = await fetch('/actuator/' + path).catch(() => null);
	return response?.ok ? response.json() : null;
}

const cells = (row, ...texts) => texts.forEach((text, i) => {
	if (row.cells[i].textContent !== String(text)) row.cells[i].textContent = text;
});

async function streams() {
	const open = await read('grpcpatterns/streams');
	if (!open) return;
	$('streams').hidden = !open.length;
	$('no-streams').hidden = open.length > 0;
	keepRows($('streams').tBodies[0], open, (s) => s.id, (s) => {
		const row = element('tr', {}, ...['method', '', '', 'number', 'number', 'number', 'number'].map((className) => element('td', { className })));
		const end = element('button', { type: 'button', className: 'plain' }, 'End');
		end.setAttribute('aria-label', `End ${s.method} of ${s.principal ?? 'nobody'}`);
		end.addEventListener('click', () => fetch('/actuator/grpcpatterns/streams/' + encodeURIComponent(s.id), { method: 'DELETE' }).catch(() => {}).then(streams));
		row.lastElementChild.append(end);
		return row;
	}, (row, s) => cells(row, s.method, s.principal ?? '–', s.peer ?? '–', seconds(s.ageMillis), s.messagesReceived, s.messagesSent));
}

async function refusals() {
	const all = await read('grpcpatterns/refusals');
	if (!all) return;
	$('refusals').hidden = !all.length;
	$('no-refusals').hidden = all.length > 0;
	const key = (r) => r.time + r.correlationId;
	const body = $('refusals').tBodies[0];
	const latest = all.slice(0, 10);
	keepRows(body, latest, key, (r) => element('tr', {},
		element('td', { className: 'number' }, new Date(r.time).toLocaleTimeString()), element('td', { className: 'method' }, r.method),
		element('td', {}, r.reason), element('td', {}, r.principal ?? '–'), element('td', {}, r.correlationId ? copyButton(r.correlationId) : '–')), () => {});
	const order = new Map(latest.map((r, i) => [key(r), i]));
	[...body.rows].sort((a, b) => order.get(a.dataset.key) - order.get(b.dataset.key)).forEach((row, i) => {
		if (body.rows[i] !== row) body.insertBefore(row, body.rows[i]);
	});
}

let policies = [];

async function policy() {
	const answer = await read('grpcpatterns');
	if (!answer) return;
	policies = answer.methods;
	$('method').replaceChildren(...policies.map((p) => element('option', {}, p.method)));
	$('method').value = policies.find((p) => p.method.endsWith('/CreateProduct'))?.method ?? policies[0]?.method;
	describe();
}

function describe() {
	const chosen = policies.find((p) => p.method === $('method').value);
	if (!chosen) return;
	const access = { public: 'Open to everyone', authenticated: 'Wants a valid token', denied: 'Closed',
		authorities: 'Wants a valid token with ' + (chosen.authorities ?? []).join(' or ') }[chosen.access];
	$('access').textContent = `${chosen.kind.replace('_', ' ')}. ${access}.`;
	$('settings').tBodies[0].replaceChildren(...Object.entries(chosen.settings).map(([name, setting]) => element('tr', {},
		element('th', { scope: 'row' }, name), element('td', {}, String(setting.value)), element('td', { className: 'method' }, setting.property ?? 'default'))));
}

export function start() {
	$('method').addEventListener('change', describe);
	const all = () => Promise.all([streams(), refusals()]);
	setInterval(all, 1000);
	return Promise.all([policy(), all()]);
}
