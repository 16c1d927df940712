// Package sheet reads and writes the spreadsheets that people have: CSV as Excel, Numbers,
// LibreOffice and school systems in many countries write it, and XLSX.
//
// [Open] finds out how a file is to be read and says so in a [Sheet], so that a
// page can show it and let a person correct it with [Options]. [Sheet.Rows]
// streams the rows below the header, each with the number that the user's own
// spreadsheet program shows beside it. [Sheet.NumberColumn] guesses which column
// holds the mobile numbers.
//
// [NewWriter] writes them, so that they open as they are by double click and come
// back through [Open] unchanged.
//
// What cannot be read is refused with a [*Problem], whose sentence is for
// staff. Nothing is ever cut silently: a file over one of the limits is refused.
package sheet
