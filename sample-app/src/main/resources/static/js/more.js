// Users, telemetry and the log.

import { $, element, guarded, time } from './ui.js';
import { call, events, send } from './session.js';

async function signUp() {
	await send('/api/users', { name: $('user-name').value, email: $('email').value }, { anonymous: true });
	await listUsers();
}

async function listUsers() {
	const users = await (await call('/api/users?page_size=0')).json();
	$('users').replaceChildren(...(users.length ? users.slice(-6).reverse().map((user) =>
		element('li', {}, element('b', {}, user.name), user.email)) : [element('li', {}, 'Nobody has signed up yet.')]));
}

async function record() {
	const points = $('values').value.split(/[,;\s]+/).filter(Boolean).map((value) =>
		({ metricName: $('metric').value, value: Number(value), timestamp: String(Date.now()) }));
	if (points.some((point) => Number.isNaN(point.value))) throw Object.assign(new Error('Values are numbers with commas between them.'), { title: 'Not recorded.' });
	const summary = await (await send('/api/metrics', points)).json();
	$('summary').replaceChildren(...Object.entries(summary.aggregates).map(([metric, mean]) =>
		element('li', {}, metric, element('b', {}, `mean ${Number(mean).toPrecision(4)} of ${summary.pointsReceived}`))));
}

let following = null;

async function follow() {
	if (following) {
		following.abort();
		return;
	}
	const own = following = new AbortController();
	$('follow').textContent = 'Stop';
	$('log').replaceChildren();
	try {
		const response = await call('/api/logs?level=' + $('level').value, { signal: own.signal });
		await events(response, (entry) => {
			$('log').append(element('li', {}, `${time(entry.timestamp)} ${entry.level} ${entry.message}`));
			while ($('log').children.length > 200) $('log').firstElementChild.remove();
			$('log').scrollTop = $('log').scrollHeight;
		});
	}
	finally {
		following = null;
		$('follow').textContent = 'Follow';
	}
}

export function start() {
	$('sign-up').addEventListener('submit', guarded($('users-problem'), signUp));
	$('list-users').addEventListener('click', guarded($('users-problem'), listUsers));
	$('metrics').addEventListener('submit', guarded($('metrics-problem'), record));
	$('logs').addEventListener('submit', guarded($('logs-problem'), follow));
}
