#!/usr/bin/env python3
"""Visitors of samples/SearchProcess who are made up: they search for words of its real products, and click what they like.

  python3 samples/python/visitors.py [URL] [--requests 1500] [--rate 0] [--clicks 0.6] [--prefer BARGAIN_WIZARD] [--seed 1] [--flag FLAG ...]

Each visitor searches once, for one or two words of a product. They read the page from the top and go on to the next place with
probability 0.85. They click on the wizard that they prefer, once they see it, with the probability --clicks, and on anything else with 0.03.
The value of a page is 1 / (1 + place of the click), 0 without one, as samples/SearchLearn counts it.
Needs nothing but Python 3.8 or newer.
"""
import argparse
import csv
import gzip
import html.parser
import http.client
import os
import random
import re
import signal
import sys
import time
import urllib.parse

CATALOGUE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "online-retail", "catalogue.csv.gz")
READS_ON = 0.85
CLICKS_OTHERS = 0.03
LONGEST_SLEEP = 1e9  # seconds; the system takes little more


class Trouble(Exception):
    """The visitors cannot go on; the message says why."""


class Page(html.parser.HTMLParser):
    """The blocks of a page of results from the top: the intent of a wizard or None, and the links in it."""

    def __init__(self, text):
        super().__init__()
        self.is_results, self.blocks, self._links = False, [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        kind = attributes.get("class")
        if "data-request" in attributes:
            self.is_results = True
        elif tag == "li" and kind in ("result", "wizard"):
            self._links = []
            self.blocks.append((attributes.get("data-intent"), self._links))
        elif tag == "a" and self._links is not None and attributes.get("href", "").startswith("/go?"):
            self._links.append(attributes["href"])


class Shop:
    """One connection to the shop, opened anew when the shop has closed it."""

    def __init__(self, url):
        self.url = url
        try:
            parts = urllib.parse.urlsplit(url)
            if parts.scheme != "http" or not parts.hostname:
                raise ValueError("no host")
            parts.hostname.encode("idna")
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=30)
        except (ValueError, http.client.InvalidURL) as e:  # a host or port that can be none
            raise Trouble(f"The address of the shop is {ascii(url)[1:-1]}; it must be like http://127.0.0.1:5080.") from e

    def get(self, path, user):
        """Status, headers and text of the answer."""
        for attempt in (1, 2):
            try:
                self._connection.request("GET", path, headers={"Cookie": f"user={user}"})
                answer = self._connection.getresponse()
                return answer.status, answer.headers, answer.read().decode("utf-8", errors="replace")
            except (OSError, http.client.HTTPException) as e:
                self._connection.close()
                if attempt == 2 or isinstance(e, ConnectionRefusedError):
                    raise Trouble(
                        f"The shop at {self.url} does not answer ({e}). Start it first, from the root of the sources: "
                        "dotnet run --project samples/SearchProcess -c Release -- --fast-data search-work/fast-data --urls http://127.0.0.1:5080") from e


class Tally:
    """What came of the visits."""

    def __init__(self, prefer):
        self.prefer, self.searches, self.places, self.clicks, self.value = prefer, 0, [], 0, 0.0

    def __str__(self):
        where = f", at place {sum(self.places) / len(self.places):.1f} on average" if self.places else ""
        value = self.value / self.searches if self.searches else 0
        return f"{self.searches} searches, {len(self.places)} pages with {self.prefer}{where}, {self.clicks} clicks, value of a page {value:.3f}"


def read_words(path):
    """The words of each product that has any, as a person would type them."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            described = [re.findall(r"[a-z]{3,}", row["description"].lower()) for row in csv.DictReader(file)]
    except (OSError, KeyError) as e:
        raise Trouble(f"{path} is no catalogue of products: {e}") from e
    return [words for words in described if words]


def choose(blocks, prefer, clicks, chance):
    """The place that a visitor clicks on, counted from 0; None for none."""
    for place, (intent, _) in enumerate(blocks):
        if chance.random() < (clicks if intent == prefer else CLICKS_OTHERS):
            return place
        if chance.random() >= READS_ON:
            return None
    return None


def visit(shop, words, options, chance, tally):
    user = f"{chance.getrandbits(80):020x}"
    product = chance.choice(words)
    query = " ".join(chance.sample(product, min(len(product), chance.choice((1, 1, 2)))))
    asked = [("q", query)] + [("flag", flag) for flag in options.flag]
    status, _, text = shop.get("/?" + urllib.parse.urlencode(asked), user)
    page = Page(text)
    if status != 200 or not page.is_results:
        raise Trouble(f"{shop.url} answers with status {status}, but not with a page of samples/SearchProcess.")
    if "Flags that were not used" in text:
        raise Trouble("The shop does not understand the flag; the page says why: " + shop.url + "/?" + urllib.parse.urlencode(asked))
    place = choose(page.blocks, options.prefer, options.clicks, chance)
    tally.searches += 1
    tally.places += [at for at, (intent, _) in enumerate(page.blocks) if intent == options.prefer][:1]
    if place is None:
        return
    status, headers, _ = shop.get(chance.choice(page.blocks[place][1]), user)
    if status != 302:
        raise Trouble(f"A click was answered with status {status}; expected is 302, a redirect to the product.")
    if shop.get(headers["Location"], user)[0] != 200:
        raise Trouble(f"A click led to {headers['Location']}, which is not there.")
    tally.clicks += 1
    tally.value += 1 / (1 + place)


def number(least, most, kind):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is no number from {least} to {most}")
        return value
    return parse


def text(given):
    if any("\ud800" <= c <= "\udfff" for c in given):
        raise argparse.ArgumentTypeError(f"{ascii(given)} is not text in UTF-8")
    return given


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?", metavar="URL", default="http://127.0.0.1:5080", help="where the shop listens (default %(default)s)")
    parser.add_argument("--requests", metavar="N", type=number(1, 10_000_000, int), default=1500, help="visitors, one search each (default %(default)s)")
    parser.add_argument("--rate", metavar="R", type=number(0, 100_000, float), default=0, help="searches a second at most; 0: as fast as the shop answers (default %(default)s)")
    parser.add_argument("--clicks", metavar="P", type=number(0, 1, float), default=0.6, help="probability of a click on what they prefer, once seen (default %(default)s)")
    parser.add_argument("--prefer", metavar="INTENT", default="BARGAIN_WIZARD", help="the wizard that they like: BARGAIN_WIZARD (default) or NEW_ARRIVALS_WIZARD")
    parser.add_argument("--seed", metavar="S", type=int, default=1, help="other visitors (default %(default)s)")
    parser.add_argument("--flag", metavar="FLAG", type=text, action="append", default=[], help="settings for these searches alone, as the shop's ?flag=; may be repeated")
    return parser.parse_args()


def main():
    options = read_options()
    tally = Tally(options.prefer)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts it in the background would have it ignored
    try:
        words, shop, chance = read_words(CATALOGUE), Shop(options.url), random.Random(options.seed)
        start = time.monotonic()
        for n in range(options.requests):
            if options.rate > 0:
                time.sleep(min(LONGEST_SLEEP, max(0, start + n / options.rate - time.monotonic())))
            visit(shop, words, options, chance, tally)
            if (n + 1) % 500 == 0 and n + 1 < options.requests:
                print(tally, file=sys.stderr)
    except Trouble as e:
        if tally.searches > 0:
            print(tally)
        print(e, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(tally)
        return 130
    print(tally)
    return 0


if __name__ == "__main__":
    sys.exit(main())
