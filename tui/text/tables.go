package text

import "unicode"

// joining are the letters that make one cluster with what follows or precedes
// them although they are no marks (UAX #29: Prepend, and those of SpacingMark
// and Extend that are letters): beside another column's text its width changes.
var joining = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0d4e, Hi: 0x0d4e, Stride: 1}, // Malayalam dot reph
		{Lo: 0x0e33, Hi: 0x0e33, Stride: 1}, // Thai sara am
		{Lo: 0x0eb3, Hi: 0x0eb3, Stride: 1}, // Lao am
		{Lo: 0xff9e, Hi: 0xff9f, Stride: 1}, // half width voiced sound marks
	},
	R32: []unicode.Range32{
		{Lo: 0x111c2, Hi: 0x111c3, Stride: 1}, // Sharada
		{Lo: 0x1193f, Hi: 0x1193f, Stride: 1}, // Dives Akuru
		{Lo: 0x11941, Hi: 0x11941, Stride: 1},
		{Lo: 0x11a84, Hi: 0x11a89, Stride: 1}, // Soyombo
		{Lo: 0x11d46, Hi: 0x11d46, Stride: 1}, // Masaram Gondi
		{Lo: 0x11f02, Hi: 0x11f02, Stride: 1}, // Kawi
	},
}

// rightToLeft are the blocks of scripts that are written from right to left
// (UAX #9, and what Unicode reserves for more of them).
var rightToLeft = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0590, Hi: 0x08ff, Stride: 1}, // Hebrew, Arabic, Syriac, Thaana, N'Ko, …
		{Lo: 0xfb1d, Hi: 0xfdff, Stride: 1}, // presentation forms
		{Lo: 0xfe70, Hi: 0xfeff, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x10800, Hi: 0x10fff, Stride: 1},
		{Lo: 0x1e800, Hi: 0x1efff, Stride: 1},
	},
}

// wide are the code points that take two cells in every table, from Markus
// Kuhn's wcwidth of 2001 on. Emoji are not among them.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1}, // CJK radicals, symbols and punctuation
		{Lo: 0x3041, Hi: 0x33ff, Stride: 1}, // kana, bopomofo, compatibility jamo, enclosed
		{Lo: 0x3400, Hi: 0x4dbf, Stride: 1}, // ideographs, extension A
		{Lo: 0x4e00, Hi: 0xa4cf, Stride: 1}, // ideographs, Yi
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, // Hangul syllables
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, // compatibility ideographs
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1}, // compatibility and small forms
		{Lo: 0xff01, Hi: 0xff60, Stride: 1}, // full width forms
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x20000, Hi: 0x2fffd, Stride: 1}, // ideographs, plane 2
		{Lo: 0x30000, Hi: 0x3fffd, Stride: 1}, // plane 3
	},
}
