#!/usr/bin/env python3
"""Makes catalogue.csv.gz from the invoice lines of the source:  python3 make_catalogue.py FOLDER

FOLDER holds the source's daily files (retail-data/by-day/*.csv) or the same lines joined (*.csv.gz). Lines outside
1 December 2010 to 30 September 2011 are not looked at, so a folder with more days gives the same catalogue. The same lines give
the same table, whatever their order; the bytes of the .gz may differ with the version of zlib. README.md says what a column is.
"""
import collections
import csv
import glob
import gzip
import io
import os
import statistics
import sys

FIRST, LAST = "2010-12-01", "2011-09-30"
LEAST_SALES = 2  # one line alone is more often a mistake of the till than a product


def lines(folder):
    names = sorted(glob.glob(os.path.join(folder, "*.csv")) + glob.glob(os.path.join(folder, "20*.csv.gz")))
    if not names:
        sys.exit(f"{folder}: there is no *.csv and no 20*.csv.gz in it.")
    for name in names:
        opened = gzip.open if name.endswith(".gz") else open
        with opened(name, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def is_sale(line):
    return (FIRST <= line["InvoiceDate"][:10] <= LAST and not line["InvoiceNo"].startswith("C")
            and line["StockCode"][:5].isdigit() and float(line["Quantity"]) > 0 and float(line["UnitPrice"]) > 0)


def catalogue(folder):
    sales = collections.defaultdict(list)
    for line in lines(folder):
        if is_sale(line):
            sales[line["StockCode"].upper()].append(line)
    for code in sorted(sales):
        of_code = sales[code]
        texts = collections.Counter(" ".join(line["Description"].split()) for line in of_code)
        del texts[""]
        if len(of_code) < LEAST_SALES or not texts:
            continue
        description = min(texts, key=lambda text: (-texts[text], text))
        days = [line["InvoiceDate"][:10] for line in of_code]
        price = statistics.median_low(float(line["UnitPrice"]) for line in of_code)
        yield [code, description, f"{price:.2f}", len(of_code), len({line["Country"] for line in of_code}), min(days), max(days)]


def main(folder):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["code", "description", "price", "sales", "countries", "first", "last"])
    table.writerows(catalogue(folder))
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "catalogue.csv.gz")
    with open(target, "wb") as file, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
        packed.write(text.getvalue().encode("utf-8"))
    print(f"{target}: {text.getvalue().count(chr(10)) - 1} products")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
