// Elements, problems, and lines.

export const $ = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
}

/** Shows a failure where it happened; null clears it. */
export function showProblem(place, error) {
	if (!error) {
		place.replaceChildren();
		return;
	}
	const box = element('div', { className: 'problem' });
	box.setAttribute('role', 'alert');
	box.append(element('strong', {}, error.title ?? 'Something went wrong'), ' ');
	const violations = error.violations ?? [];
	if (violations.length) {
		const told = new Set(violations.map((v) => `${v.field}: ${v.description}`));
		box.append(element('ul', {}, ...[...told].map((text) => element('li', {}, text))));
	}
	else {
		box.append(error.message);
	}
	if (error.reason) box.append(element('div', {}, 'Reason: ', error.reason));
	if (error.correlationId) box.append(element('div', {}, 'Correlation ID: ', copyButton(error.correlationId)));
	place.replaceChildren(box);
}

/** A text that a click copies. */
export function copyButton(text) {
	const button = element('button', { type: 'button', className: 'copy', title: 'Copy' }, text);
	button.addEventListener('click', async () => {
		await navigator.clipboard.writeText(text).catch(() => {});
		button.textContent = 'Copied';
		setTimeout(() => { button.textContent = text; }, 1500);
	});
	return button;
}

/** Runs an action on an event, with its failure shown and the last one cleared. */
export function guarded(place, action) {
	return async (event) => {
		event?.preventDefault();
		try {
			showProblem(place, null);
			await action(event);
		}
		catch (error) {
			if (error.name !== 'AbortError') showProblem(place, error);
		}
	};
}

/** Draws values as a line into an SVG of 100 by 30; several series share the scale. */
export function drawLine(svg, ...series) {
	const all = series.flat();
	const max = Math.max(...all), min = Math.min(...all);
	const range = max - min || 1;
	series.forEach((values, index) => {
		let path = svg.children[index];
		if (!path) {
			path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
			if (index) path.setAttribute('class', 'second');
			svg.append(path);
		}
		const step = 100 / Math.max(values.length - 1, 1);
		path.setAttribute('d', values.map((v, i) => `${i ? 'L' : 'M'}${(i * step).toFixed(2)} ${(28 - 26 * (v - min) / range).toFixed(2)}`).join(''));
	});
}

export function newLine() {
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	svg.setAttribute('class', 'line');
	svg.setAttribute('viewBox', '0 0 100 30');
	svg.setAttribute('preserveAspectRatio', 'none');
	svg.setAttribute('aria-hidden', 'true');
	return svg;
}

/** Keeps the rows of a table: one for each key, made once and updated in place. */
export function keepRows(body, items, key, make, update) {
	const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
	for (const item of items) {
		let row = rows.get(String(key(item)));
		if (!row) {
			row = make(item);
			row.dataset.key = key(item);
			body.append(row);
		}
		rows.delete(row.dataset.key);
		update(row, item);
	}
	rows.forEach((row) => row.remove());
}

export function bytes(count) {
	const units = ['bytes', 'kB', 'MB', 'GB'];
	let unit = 0;
	while (count >= 1000 && unit < units.length - 1) { count /= 1000; unit++; }
	return `${unit ? count.toFixed(1) : count} ${units[unit]}`;
}

export function seconds(millis) {
	const s = Math.round(millis / 1000);
	return s < 90 ? `${s} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}

export const time = (millis) => new Date(Number(millis)).toLocaleTimeString();
