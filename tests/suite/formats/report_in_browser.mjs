// Opens report pages in a browser, does with them what a reader does, and prints what it saw as JSON.
//
// usage: node report_in_browser.mjs CHROMIUM FOLDER NAME...
//
// Each NAME is FOLDER/NAME.html; beside them is FOLDER/tampered.html, a page that somebody has put markup into.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, folder, ...names] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

// A fresh profile in a temporary folder, and in it a context of its own for every page.
const browser = await chromium.launch({ executablePath, args, headless: true, chromiumSandbox: false });

async function open(name, settings) {
  const context = await browser.newContext(settings);
  const seen = { requests: [], dialogs: [], errors: [] };
  const page = await context.newPage();
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") seen.errors.push(message.text()); });
  const url = pathToFileURL(`${folder}/${name}.html`).href;
  await page.goto(url);
  return { context, page, seen, url };
}

const visible = (page) => page.$$eval("details.clause", (all) =>
  all.filter((one) => one.checkVisibility()).map((one) => one.dataset.clause));

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

const openClauses = (page) => page.$$eval("details.clause[open]", (all) => all.map((one) => one.dataset.clause));

async function filtered(page) {
  const shown = { all: await visible(page) };
  for (const label of await page.$$(".filters label[data-kind]")) {
    await label.click();
    shown[await label.getAttribute("data-kind")] = await visible(page);
  }
  for (const label of await page.$$("label[for=show-all]")) await label.click();
  return shown;
}

// What axe-core finds with everything open: by all of its rules, or by those that look at colours.
async function audited(page, rules) {
  await page.$$eval("details", (all) => { for (const one of all) one.open = true; });
  await page.evaluate(axe);
  const { violations } = await page.evaluate((options) => globalThis.axe.run(options),
    { resultTypes: ["violations"], ...rules });
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html) }));
}

async function examined(name) {
  const { context, page, seen, url } = await open(name, { permissions: ["clipboard-read", "clipboard-write"] });
  const facts = { url, title: await page.title(), filtered: await filtered(page), violations: {}, wide: {} };
  facts.elements = await page.$$eval("*", (all) => [...new Set(all.map((one) => one.localName))]);
  facts.lists = await page.$$eval(".drawn-list .item", (all) => all.length);
  // The other rules find the same in every colour.
  for (const [colorScheme, rules] of [["light", {}], ["dark", { runOnly: ["color-contrast", "link-in-text-block"] }]]) {
    await page.emulateMedia({ colorScheme });
    facts.violations[colorScheme] = await audited(page, rules);
    facts[`background in ${colorScheme}`] = await background(page);
  }
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    facts.wide[width] = await page.evaluate(() => document.documentElement.scrollWidth);
  }
  await context.close();
  return { ...facts, ...seen };
}

async function intruded(name) {
  const { context, page, seen } = await open(name, { colorScheme: "light" });
  const facts = { touched: await page.evaluate(() => globalThis.touched ?? null), background: await background(page) };
  await context.close();
  return { ...facts, ...seen };
}

async function used(name) {
  const { context, page, seen } = await open(name, { permissions: ["clipboard-read", "clipboard-write"] });
  const facts = { open: await openClauses(page) };

  const link = page.locator(".broken a").first();
  const first = page.locator(`details.clause[data-clause="${await link.textContent()}"]`);
  await link.click();
  facts.followed = await openClauses(page);
  facts.focused = await page.evaluate(() => document.activeElement.closest("details.clause")?.dataset.clause);

  const command = first.locator(".command").first();
  await command.locator("button").click();
  await page.waitForFunction(() => document.getElementById("status").textContent);
  facts.copied = await page.evaluate(() => navigator.clipboard.readText());
  facts.line = await command.locator("code").textContent();
  facts.status = await page.textContent("#status");

  // A browser that keeps the clipboard from the page: the older way has to do.
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("no")); });
  const rerun = first.locator(".command").last();
  await rerun.locator("button").click();
  await page.waitForFunction((line) => navigator.clipboard.readText().then((text) => text === line),
    await rerun.locator("code").textContent());
  facts.rerun = await page.evaluate(() => navigator.clipboard.readText());

  await page.click("#open-all");
  facts.opened = (await openClauses(page)).length;
  await page.click("#close-all");
  facts.closed = (await openClauses(page)).length;

  // By keyboard alone: to the filter, one choice further, and on to the first clause that is left.
  await page.focus("#show-all");
  await page.keyboard.press("ArrowRight");
  facts.chosen = await page.evaluate(() => document.querySelector("input[name=show]:checked").id);
  facts.announced = await page.textContent("#status");
  facts.outlined = await page.$eval("input:checked + label", (label) => getComputedStyle(label).outlineStyle);
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  facts.toggled = await openClauses(page);

  await page.emulateMedia({ media: "print" });
  facts.printed = await page.$$eval(".clause .inside", (all) => all.filter((one) => one.checkVisibility({
    contentVisibilityAuto: true, visibilityProperty: true })).length);
  await context.close();
  return { ...facts, ...seen };
}

async function unscripted(name) {
  const { context, page, seen } = await open(name, { javaScriptEnabled: false });
  const facts = { buttons: await page.locator("button:visible").count() };
  facts.filtered = {};
  for (const label of await page.locator(".filters label[data-kind]").all()) {
    await label.click();
    facts.filtered[await label.getAttribute("data-kind")] = await page.locator("details.clause:visible").count();
  }
  await page.click("label[for=show-all]");
  const clause = page.locator("details.clause.breached").first();
  await clause.locator(":scope > summary").click();
  facts.inside = await clause.locator(".compared").first().isVisible();
  await context.close();
  return { ...facts, ...seen };
}

const facts = { examined: {} };
for (const name of names) facts.examined[name] = await examined(name);
facts.tampered = await intruded("tampered");
facts.used = await used("violating");
facts.unscripted = await unscripted("violating");
await browser.close();
process.stdout.write(JSON.stringify(facts));
