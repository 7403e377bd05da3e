// The caller of this page, and the calls that it makes.

import { $, guarded } from './ui.js';

const session = { token: null, name: null, dev: true };

const WORDS = {
	TOKEN_MISSING: 'You have no token.', TOKEN_EXPIRED: 'Your token has expired.', TOKEN_INVALID: 'The server does not accept your token.',
	ACCESS_DENIED: 'You may not do that.', RATE_LIMITED: 'Too many calls. Wait a moment.', INVALID_REQUEST: 'Please correct this:',
	SERVER_DRAINING: 'The server is stopping.', DEADLINE: 'That took too long.', TERMINATED: 'An operator ended the stream.',
	STREAM_MAX_DURATION: 'The stream has reached its age.', STREAM_IDLE: 'The stream was idle for too long.', INTERNAL: 'The server has a problem.',
};

/** A failure of a call, as RFC 9457 and the starter describe it. */
export class Problem extends Error {

	constructor(problem) {
		super(problem.detail ?? problem.code ?? `HTTP ${problem.status}`);
		Object.assign(this, { status: problem.status, code: problem.code, reason: problem.reason ?? problem.code,
			violations: problem.violations, correlationId: problem.correlationId });
		this.title = WORDS[problem.reason] ?? (problem.code === 'UNAVAILABLE' ? 'The server cannot be reached.' : `${problem.title ?? problem.code ?? 'Failed'}.`);
	}

}

export const caller = () => session.name;

async function fetchToken() {
	const response = await fetch('/dev/token?ttl=1h&subject=' + encodeURIComponent($('name').value.trim() || 'dev')).catch(() => null);
	if (response?.status === 404) {
		session.dev = false;
		$('token-label').hidden = false;
		$('login').textContent = 'Use this token';
		return false;
	}
	if (!response?.ok) throw new Problem({ code: 'UNAVAILABLE', detail: 'No token could be fetched. Is the sample running?' });
	session.token = await response.text();
	session.name = $('name').value.trim() || 'dev';
	return true;
}

async function login() {
	if (session.dev) await fetchToken();
	if (!session.dev) {
		session.token = $('token').value.trim() || null;
		session.name = $('name').value.trim();
	}
	say();
}

function say() {
	$('who').textContent = session.token ? (session.dev ? `Calls carry a token of ${session.name}.` : 'Calls carry your token.')
		: 'There are no tokens to fetch here (profile dev is off): paste one.';
}

export function start() {
	$('session').addEventListener('submit', guarded($('who'), login));
	return guarded($('who'), login)();
}

/** Puts the token on a request that is not made by fetch. */
export function authorize(request) {
	if (session.token) request.setRequestHeader('Authorization', 'Bearer ' + session.token);
}

/** Returns the body of a response, or throws the problem that it is. */
export async function answer(response) {
	const body = await response.json().catch(() => ({ status: response.status, title: response.statusText }));
	if (!response.ok) throw new Problem(body);
	return body;
}

/** Calls the gateway. A token that a restarted server no longer knows is replaced once. */
export async function call(path, options = {}, again = true) {
	const authorization = session.token && !options.anonymous ? { Authorization: 'Bearer ' + session.token } : {};
	const response = await fetch(path, { ...options, headers: { ...authorization, ...options.headers } }).catch((error) => {
		throw error.name === 'AbortError' ? error : new Problem({ code: 'UNAVAILABLE', detail: 'No answer from the server.' });
	});
	if (response.ok) return response;
	const problem = await response.json().catch(() => ({ status: response.status, title: response.statusText }));
	if (again && session.dev && ['TOKEN_INVALID', 'TOKEN_EXPIRED'].includes(problem.reason) && await fetchToken()) {
		say();
		return call(path, options, false);
	}
	throw new Problem(problem);
}

export function send(path, body, options = {}) {
	return call(path, { method: 'POST', ...options, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

/** Reads server-sent events. EventSource cannot send a token. */
export async function events(response, onEvent) {
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let text = '';
	for (;;) {
		const { value, done } = await reader.read().catch((error) => {
			throw error.name === 'AbortError' ? error : new Problem({ code: 'UNAVAILABLE', detail: 'The connection was lost.' });
		});
		if (done) return;
		text += value;
		for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
			const lines = text.slice(0, end).split('\n').filter((line) => line && line[0] !== ':');
			if (!lines.length) continue; // a sign of life
			const fields = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
			if (fields.event === 'problem') throw new Problem(JSON.parse(fields.data));
			onEvent(JSON.parse(fields.data), fields.id);
		}
	}
}

export const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
