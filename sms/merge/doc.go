// Package merge is the rule for texts that are filled in for each person.
//
// A field stands between two pairs of brackets:
//
//	((Name))                  what the person's Name is
//	((Name|there))            their Name or, where there is none, "there"
//	((MM1??Bring a coat.))    "Bring a coat." where MM1 is yes, nothing otherwise
//
// Names are compared by [Fold]: capitals, spaces and underscores make no
// difference. Yes is "yes", "y", "true" or "1" in any capitals; everything
// else, an empty value too, is no.
//
// What is no field is text and passes through untouched, brackets too: "(see
// below)", ":((", a stray "))". Of three opening brackets the first is text, so
// "(((Name)))" is a name in brackets. Because a mistake would go to thousands of
// people, what was plainly meant as a field and is none is refused: "((" right
// before a letter, a digit or an underscore that is never closed, brackets with
// nothing between them, a name with signs that no name has. One field cannot
// stand in another, and no fallback can hold "))".
package merge
