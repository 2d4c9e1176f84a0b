// SPDX-License-Identifier: GPL-3.0-or-later
// Opens pages of mood-plot in a browser and uses them: moodplotbrowse.js CHROMIUM
// STEPS.json, an array of {"open":FILE}, {"size":[W,H]}, {"dark":true},
// {"move":[X,Y]}, {"click":[X,Y]}, {"wheel":[X,Y,DELTA]}, {"drag":[X,Y,X,Y]},
// {"type":TEXT}, {"key":NAME}, {"eval":EXPRESSION}, {"shot":FILE}. Prints the value
// of each eval, a line each, and what went wrong: "console: ...", "request: ...".
"use strict";
const { spawn } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");

const [chromium, file] = process.argv.slice(2);
const steps = JSON.parse(fs.readFileSync(file, "utf8"));
const home = fs.mkdtempSync(path.join(os.tmpdir(), "browse-"));
const browser = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu",
	"--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync",
	"--force-device-scale-factor=1", "--user-data-dir=" + home,
	"--remote-debugging-pipe", "about:blank"],
	{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: home } });
const [, , , down, up] = browser.stdio;
let next = 0, rest = "", session, loaded = () => {}, opened = "";
const waiting = new Map();

function send(method, params = {}) {
	const id = ++next;
	down.write(JSON.stringify({ id, method, params, sessionId: session }) + "\0");
	return new Promise((done, failed) => waiting.set(id, { done, failed, method }));
}
function told(m) {
	const p = m.params || {};
	if (m.id) {
		const w = waiting.get(m.id);
		waiting.delete(m.id);
		if (m.error)
			w.failed(new Error(w.method + ": " + m.error.message));
		else
			w.done(m.result);
	} else if (m.method === "Page.loadEventFired") {
		loaded();
	} else if (m.method === "Runtime.exceptionThrown") {
		console.log("console:", p.exceptionDetails.text, p.exceptionDetails.exception?.description || "");
	} else if (m.method === "Runtime.consoleAPICalled") {
		console.log("console:", p.type, p.args.map(a => a.value).join(" "));
	} else if (m.method === "Log.entryAdded") {
		console.log("console:", p.entry.level, p.entry.text);
	} else if (m.method === "Network.requestWillBeSent" && p.request.url !== opened &&
	    !p.request.url.startsWith("data:")) {
		console.log("request:", p.request.url);
	}
}
up.setEncoding("utf8");
up.on("data", s => {
	const parts = (rest + s).split("\0");
	rest = parts.pop();
	parts.forEach(p => told(JSON.parse(p)));
});

const mouse = (type, x, y, more) => send("Input.dispatchMouseEvent", { type, x, y, ...more });
const left = { button: "left", buttons: 1, clickCount: 1 };
const keys = { Enter: "\r" };
const actions = {
	open: async name => {
		const ready = new Promise(done => { loaded = done; });
		opened = "file://" + path.resolve(name);
		await send("Page.navigate", { url: opened });
		await ready;
	},
	size: ([width, height]) => send("Emulation.setDeviceMetricsOverride",
		{ width, height, deviceScaleFactor: 1, mobile: false }),
	dark: on => send("Emulation.setEmulatedMedia",
		{ features: [{ name: "prefers-color-scheme", value: on ? "dark" : "light" }] }),
	move: ([x, y]) => mouse("mouseMoved", x, y),
	click: async ([x, y]) => {
		await mouse("mousePressed", x, y, left);
		await mouse("mouseReleased", x, y, left);
	},
	wheel: ([x, y, deltaY]) => mouse("mouseWheel", x, y, { deltaX: 0, deltaY }),
	drag: async ([x1, y1, x2, y2]) => {
		await mouse("mousePressed", x1, y1, left);
		for (let i = 1; i <= 5; i++)
			await mouse("mouseMoved", x1 + (x2 - x1) * i / 5, y1 + (y2 - y1) * i / 5, { button: "left", buttons: 1 });
		await mouse("mouseReleased", x2, y2, left);
	},
	type: text => send("Input.insertText", { text }),
	key: async key => {
		const text = keys[key] || (key.length === 1 ? key : undefined);
		await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", key, code: key, text });
		await send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
	},
	eval: async expression => {
		const r = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		console.log(r.exceptionDetails ? "console: " + r.exceptionDetails.exception.description : JSON.stringify(r.result.value));
	},
	shot: async name => {
		const r = await send("Page.captureScreenshot", { format: "png" });
		fs.writeFileSync(name, Buffer.from(r.data, "base64"));
	},
};
const settle = "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(d, 20))))";

(async () => {
	const { targetInfos } = await send("Target.getTargets");
	const target = targetInfos.find(t => t.type === "page");
	session = (await send("Target.attachToTarget", { targetId: target.targetId, flatten: true })).sessionId;
	for (const domain of ["Page", "Runtime", "Log", "Network"])
		await send(domain + ".enable");
	for (const step of steps)
		for (const [name, value] of Object.entries(step)) {
			await actions[name](value);
			await send("Runtime.evaluate", { expression: settle, awaitPromise: true });
		}
})().catch(e => {
	console.log("console: browse:", e.message);
	process.exitCode = 1;
}).finally(async () => {
	session = undefined;
	await send("Browser.close").catch(() => browser.kill());
	browser.on("exit", () => {
		try {
			fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
		} catch (e) {
			/* a process of the browser's still writes; TMPDIR is the test's */
		}
		process.exit();
	});
});
setTimeout(() => {
	console.log("console: browse: took more than a minute");
	browser.kill();
	process.exit(1);
}, 60000).unref();
