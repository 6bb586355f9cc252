#!/bin/sh
# Makes the fonts in this folder from Debian's package fonts-dejavu-core, with fonttools (pip install fonttools).
# Latin with its extensions, Greek and Cyrillic for names, and the signs that tables, charts and documents use.
set -eu
from=${1:-/usr/share/fonts/truetype/dejavu}
signs=U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6-02DD,U+0370-03FF,U+0400-045F,U+0490-0491
signs=$signs,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2039-203A,U+2044
signs=$signs,U+2070,U+2074-208E,U+20AC,U+2116,U+2122,U+2126,U+2190-2195,U+21D2,U+2206,U+2211-2212,U+221A,U+221D-221E
signs=$signs,U+2248,U+2260,U+2264-2265,U+22C5,U+25A0-25A1,U+25B2-25B3,U+25BC-25BD,U+25C6-25C7,U+25CB,U+25CF
signs=$signs,U+2610-2612,U+2713-2714,U+2717,U+FFFD
for style in '' -Bold; do
    fonttools subset "$from/DejaVuSans$style.ttf" --unicodes="$signs" --layout-features=kern,mark,mkmk,ccmp,locl \
        --no-hinting --name-IDs=0,1,2,3,4,5,6,13,14 --drop-tables+=FFTM,MATH,GSUB,GPOS,GDEF --legacy-kern \
        --output-file="DejaVuSans$style.ttf"
done
