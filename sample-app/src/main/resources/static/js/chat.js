import { $, element, guarded, showProblem, time } from './ui.js';
import { call, caller, events, pause, send } from './session.js';

let room = null; // where this page listens: its name, and how to leave
let empty = true;

function show(...line) {
	if (empty) { $('talk').replaceChildren(); empty = false; }
	$('talk').append(...line);
	$('talk').scrollTop = $('talk').scrollHeight;
}

const note = (text) => show(element('li', { className: 'note' }, text));

function heard(message) {
	const own = message.userId === caller();
	show(element('li', { className: own ? 'own' : '' }, element('small', {}, `${own ? 'You' : message.userId}, ${time(message.timestamp)}`), message.content));
}

const chosen = () => $('room').value.trim() || 'lobby';

/** Enters a room, and resolves when the server has let this page in. */
async function enter() {
	const name = chosen();
	if (room?.name === name) return;
	room?.leave.abort();
	const own = room = { name, leave: new AbortController() };
	try {
		const response = await listen(own);
		note(`You are in ${name}.`);
		stay(own, response);
	}
	catch (error) {
		if (room === own) room = null;
		throw error;
	}
}

const listen = (own) => call('/api/chat/' + encodeURIComponent(own.name), { signal: own.leave.signal });

/** Comes back after every end, until the room is left. */
async function stay(own, response) {
	while (!own.leave.signal.aborted) {
		try {
			if (response) await events(response, heard);
			response = null;
			await pause(1000);
			response = await listen(own);
			showProblem($('chat-problem'), null);
			note('You are back.');
		}
		catch (error) {
			if (own.leave.signal.aborted) return;
			response = null;
			showProblem($('chat-problem'), error);
			await pause(1000);
		}
	}
}

async function say() {
	const content = $('say').value.trim();
	if (!content) throw Object.assign(new Error('Write a message first.'), { title: 'Nothing to say.' });
	const name = chosen();
	// Whoever changes the room meanwhile has still said it in this one
	await enter().catch((error) => { if (error.name !== 'AbortError') throw error; });
	await send('/api/chat/' + encodeURIComponent(name), { content });
	$('say').value = '';
}

export function start() {
	$('room-form').addEventListener('submit', guarded($('chat-problem'), enter));
	$('chat').addEventListener('submit', guarded($('chat-problem'), say));
}
