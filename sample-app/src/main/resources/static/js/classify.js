import { $, bytes, element, guarded, showProblem } from './ui.js';
import { answer, authorize, events, send } from './session.js';

const name = (type) => type.replace('DOCUMENT_TYPE_', '').toLowerCase();

function bar(result) {
	const percent = (100 * result.confidence).toFixed(1);
	const fill = element('div', { className: 'fill' });
	fill.style.width = percent + '%';
	return element('div', { className: 'bar' },
		element('div', { className: 'top' }, element('b', {}, name(result.documentType)), element('span', {}, percent + ' %')),
		element('div', { className: 'track' }, fill),
		element('small', {}, result.keywords.length ? result.keywords.join(', ') : 'no words that speak for it'));
}

async function classify() {
	const judged = await (await send('/api/classify', { text: $('text').value, documentId: 'page' })).json();
	$('classified').replaceChildren(...judged.results.map(bar),
		element('p', { className: 'quiet' }, `Model ${judged.modelVersion}, ${judged.processingTimeMs} ms`));
}

async function batch() {
	const lines = $('text').value.split('\n').filter((line) => line.trim());
	const list = element('ul', { className: 'list' });
	$('classified').replaceChildren(list);
	const requests = lines.map((text, i) => ({ text, documentId: String(i + 1), maxResults: 1 }));
	const response = await send('/api/classify/batch', { requests });
	await events(response, (line) => {
		const best = line.result?.results?.[0];
		list.append(element('li', {}, element('span', {}, lines[line.sequenceNumber]),
			element('b', {}, line.error ? line.error.message : `${name(best.documentType)} ${(100 * best.confidence).toFixed(0)} %`)));
	});
}

function put(file) {
	return new Promise((resolve, reject) => {
		// fetch does not tell how much has gone
		const request = new XMLHttpRequest();
		const begun = performance.now();
		request.upload.onprogress = (event) => {
			$('progress').max = event.total;
			$('progress').value = event.loaded;
			const perSecond = event.loaded / Math.max(performance.now() - begun, 1) * 1000;
			$('uploaded').replaceChildren(element('p', { className: 'quiet' },
				`${bytes(event.loaded)} of ${bytes(event.total)}, ${bytes(Math.round(perSecond))} per second`));
		};
		request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
		request.onerror = () => reject(Object.assign(new Error('The connection was lost.'), { title: 'Not uploaded.' }));
		request.open('POST', '/api/documents/' + encodeURIComponent(file.name));
		request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
		authorize(request);
		request.send(file);
	});
}

async function upload() {
	const file = $('file').files[0];
	if (!file) throw Object.assign(new Error('Choose a file first.'), { title: 'No file.' });
	$('progress').hidden = false;
	$('progress').value = 0;
	try {
		const response = await put(file);
		const stored = await answer(response);
		const told = [element('p', { className: 'quiet' }, `${file.name}: ${bytes(Number(stored.totalBytes))} in ${stored.totalChunks} chunks, stored as `, element('code', {}, stored.storageKey.slice(0, 19) + '…'))];
		if (file.size <= 100_000 && (file.type.startsWith('text/') || /\.(txt|md|csv)$/i.test(file.name))) {
			const judged = await (await send('/api/classify', { text: await file.text(), documentId: file.name, maxResults: 1 })).json();
			told.push(element('div', { className: 'bars' }, bar(judged.results[0])));
		}
		else {
			told.push(element('p', { className: 'quiet' }, 'Only text files up to 100 kB are classified.'));
		}
		$('uploaded').replaceChildren(...told);
	}
	finally {
		$('progress').hidden = true;
	}
}

export function start() {
	$('classify').addEventListener('submit', guarded($('classified'), classify));
	$('batch').addEventListener('click', guarded($('classified'), batch));
	$('upload').addEventListener('submit', guarded($('uploaded'), upload));
	$('file').addEventListener('change', () => showProblem($('uploaded'), null));
}
