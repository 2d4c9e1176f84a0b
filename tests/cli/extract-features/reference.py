# SPDX-License-Identifier: GPL-3.0-or-later
"""The series of feat-audio(5) in numpy, from their definitions.

reference.py make WAV         writes eight seconds of chords, noise and clicks
reference.py check WAV JSON   compares a row of feat json with what it should
                              be; prints one line of TAP per series, no plan
"""
import json
import sys
import wave

import numpy as np

RATE, SIZE, HOP = 22050, 2048, 512
BINS = SIZE // 2 + 1
BANDS = 128


def make(path):
    """Three chords of decaying partials, bursts of noise, clicks, a pause."""
    random = np.random.RandomState(4)
    t = np.arange(8 * RATE) / RATE
    x = np.zeros(len(t))
    chords = [(57, 60, 64), (53, 57, 60, 65), (55, 59, 62, 71)]
    for i in range(14):
        at = i * 0.5
        since = np.maximum(t - at, 0)
        for midi in chords[i // 2 % 3]:
            f = 440 * 2 ** ((midi - 69) / 12)
            for h in range(1, 7):
                x += (t >= at) * 0.08 / h * np.exp(-since * (2 + h)) * \
                    np.sin(2 * np.pi * f * h * since)
    x += 0.1 * random.randn(len(t)) * (np.sin(2 * np.pi * 0.4 * t) > 0.3)
    x[::RATE // 4] += 0.5
    x += 0.003 * random.randn(len(t))
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(x, -1, 1) * 32767).astype("<i2").tobytes())


def read(path):
    with wave.open(path, "rb") as f:
        pcm = np.frombuffer(f.readframes(f.getnframes()), "<i2")
    return pcm / 32768.0


def cut(x, mode):
    """[frames][SIZE], each centred on a multiple of HOP."""
    padded = np.pad(x, SIZE // 2, mode=mode)
    starts = np.arange(1 + len(x) // HOP) * HOP
    return padded[starts[:, None] + np.arange(SIZE)]


def hz_of(mel):
    """Slaney: 3 mel are 200 Hz up to 1 kHz, then 27 mel a factor of 6.4."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def mel_filters():
    top = 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)
    edges = hz_of(np.linspace(0, top, BANDS + 2))
    hz = np.arange(BINS) * RATE / SIZE
    out = []
    for low, tip, high in zip(edges, edges[1:], edges[2:]):
        triangle = np.interp(hz, [low, tip, high], [0, 1, 0])
        out.append(triangle / ((high - low) / 2))
    return np.array(out), edges


def decibels(power):
    db = 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(db, db.max() - 80)


def cepstrum(db):
    """Orthonormal DCT-II, coefficients 0 to 12."""
    n = np.arange(BANDS) + 0.5
    basis = np.array([np.cos(np.pi * k * n / BANDS) for k in range(13)])
    basis *= np.sqrt(2 / BANDS)
    basis[0] /= np.sqrt(2)
    return db @ basis.T


def chroma(power):
    """Bins onto pitch classes from C: chroma.h."""
    semitone = 12 * np.log2(np.arange(1, BINS + 1) * RATE / SIZE / 440)
    semitone = np.concatenate([[semitone[0] - 18], semitone])
    width = np.maximum(np.diff(semitone), 1)
    semitone = semitone[:BINS]
    above_c = semitone + 9
    away = (above_c[:, None] - np.arange(12) + 6) % 12 - 6
    weight = np.exp(-0.5 * (2 * away / width[:, None]) ** 2)
    weight /= np.sqrt((weight ** 2).sum(1, keepdims=True))
    octaves = semitone / 12 - 1  # from A5
    weight *= np.exp(-0.5 * (octaves / 2) ** 2)[:, None]
    out = power @ weight
    return out / out.max(1, keepdims=True)


def slopes(series):
    """Of the least-squares line through nine frames."""
    n = len(series)
    out = []
    for t in range(n):
        start = min(max(t - 4, 0), n - 9)
        out.append(np.polyfit(np.arange(9), series[start:start + 9], 1)[0])
    return np.array(out)


def tonnetz(c):
    angles = np.outer([7 / 6, 3 / 2, 2 / 3], np.arange(12)) * np.pi
    share = c / c.sum(1, keepdims=True)
    out = []
    for angle, radius in zip(angles, (1, 1, 0.5)):
        out += [radius * share @ np.sin(angle), radius * share @ np.cos(angle)]
    return np.array(out).T


def contrast(db, centres):
    octave = np.searchsorted([200, 400, 800, 1600, 3200, 6400], centres, "right")
    out = []
    for o in range(7):
        bands = np.sort(db[:, octave == o], axis=1)
        fifth = int(round(bands.shape[1] / 5))
        out.append(bands[:, -fifth:].mean(1) - bands[:, :fifth].mean(1))
    return np.array(out).T


def onset(db):
    """Rise since the frame before, half a window later."""
    rise = np.maximum(np.diff(db, axis=0), 0).mean(1)
    out = np.zeros(len(db))
    out[1 + SIZE // 2 // HOP:] = rise[:len(db) - 1 - SIZE // 2 // HOP]
    return out


def measure(x):
    """name: [frames]"""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)
    frames = cut(x, "constant")
    magnitude = np.abs(np.fft.rfft(frames * hann))
    power = magnitude ** 2
    hz = np.arange(BINS) * RATE / SIZE
    share = magnitude / magnitude.sum(1, keepdims=True)
    unit = magnitude / np.sqrt(power.sum(1, keepdims=True))
    floored = np.maximum(power, 1e-10)
    negative = cut(x, "edge") < -1e-10
    filters, edges = mel_filters()
    db = decibels(power @ filters.T)
    mfcc = cepstrum(db)
    pitch = chroma(power)
    out = {
        "centroid": share @ hz,
        "rolloff": hz[np.argmax(np.cumsum(share, 1) >= 0.85, axis=1)],
        "flux": np.append(0, np.sqrt((np.diff(unit, axis=0) ** 2).sum(1))),
        "flat": np.exp(np.log(floored).mean(1)) / floored.mean(1),
        "rms": np.sqrt((frames ** 2).mean(1)),
        "zcr": (negative[:, 1:] != negative[:, :-1]).sum(1) / SIZE,
        "onset": onset(db),
    }
    out["bw"] = np.sqrt((share * (hz - out["centroid"][:, None]) ** 2).sum(1))
    for i in range(13):
        out["mfcc%d" % (i + 1)] = mfcc[:, i]
        out["mfcc%d_delta" % (i + 1)] = slopes(mfcc[:, i])
    for i, name in enumerate("c cs d ds e f fs g gs a as b".split()):
        out["chroma_" + name] = pitch[:, i]
    for i, series in enumerate(contrast(db, edges[1:-1]).T):
        out["contrast%d" % (i + 1)] = series
    for i, series in enumerate(tonnetz(pitch).T):
        out["tonnetz%d" % (i + 1)] = series
    return out


def check(path, row):
    """Within 1e-4 of the value; what is near 0 by chance, as the mean of a
    slope is, within 1e-6 of the largest the series has."""
    for name, v in measure(read(path)).items():
        wanted = {"mean": v.mean(), "std": v.std(), "median": np.median(v),
                  "q25": np.quantile(v, 0.25), "q75": np.quantile(v, 0.75)}
        bad = []
        for statistic, want in wanted.items():
            got = row["%s_%s" % (name, statistic)]
            if not abs(got - want) <= max(1e-4 * abs(want),
                                          1e-6 * np.abs(v).max()):
                bad.append("%s is %.9g, not %.9g" % (statistic, got, want))
        print("ok" if not bad else "not ok", name, *bad, sep="\t")


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    check(sys.argv[2], json.load(open(sys.argv[3])))
