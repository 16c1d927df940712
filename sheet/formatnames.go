package sheet

import (
	"strconv"
	"strings"
)

var english = dateNames{
	months: strings.Fields("January February March April May June July August September October November December"),
	days:   strings.Fields("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
}

// namesOf are the names of the language that a format asks for, "407" or "de-DE",
// as Excel knows them; nil for English and for languages that are not known.
func namesOf(language string) *dateNames {
	if len(language) < 2 {
		return nil
	}
	id, err := strconv.ParseUint(language[max(0, len(language)-4):], 16, 32)
	tag, known := languageIDs[id&0x3FF] // without the country
	if err != nil || !known {
		tag = strings.ToLower(language[:2])
	}
	names, ok := languages[tag]
	if !ok {
		return nil
	}
	return &dateNames{months: cut(names[0]), shortMonths: cut(names[1]), days: cut(names[2]), shortDays: cut(names[3])}
}

func cut(names string) []string { return strings.Split(names, "|") }

// languageIDs are the numbers that Windows has for languages.
var languageIDs = map[uint64]string{
	0x01: "ar",
	0x02: "bg",
	0x45: "bn",
	0x05: "cs",
	0x52: "cy",
	0x06: "da",
	0x07: "de",
	0x08: "el",
	0x0A: "es",
	0x25: "et",
	0x29: "fa",
	0x0B: "fi",
	0x0C: "fr",
	0x3C: "ga",
	0x91: "gd",
	0x47: "gu",
	0x0D: "he",
	0x39: "hi",
	0x1A: "hr",
	0x0E: "hu",
	0x0F: "is",
	0x10: "it",
	0x11: "ja",
	0x12: "ko",
	0x27: "lt",
	0x26: "lv",
	0x14: "nb",
	0x13: "nl",
	0x46: "pa",
	0x15: "pl",
	0x16: "pt",
	0x18: "ro",
	0x19: "ru",
	0x1B: "sk",
	0x24: "sl",
	0x77: "so",
	0x1C: "sq",
	0x1D: "sv",
	0x49: "ta",
	0x1E: "th",
	0x1F: "tr",
	0x22: "uk",
	0x20: "ur",
	0x2A: "vi",
	0x04: "zh",
}

// languages are months, short ones, days, and short ones, Sunday first.
var languages = map[string][4]string{
	"ar": {"يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر", "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر", "الأحد|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت", "الأحد|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت"},
	"bg": {"януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември", "яну|фев|мар|апр|май|юни|юли|авг|сеп|окт|ное|дек", "неделя|понеделник|вторник|сряда|четвъртък|петък|събота", "нед|пон|вт|ср|четв|пет|съб"},
	"bn": {"জানুয়ারী|ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর", "জানুয়ারী|ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর", "রবিবার|সোমবার|মঙ্গলবার|বুধবার|বৃহস্পতিবার|শুক্রবার|শনিবার", "রবি.|সোম.|মঙ্গল.|বুধ.|বৃহস্পতি.|শুক্র.|শনি."},
	"cs": {"leden|únor|březen|duben|květen|červen|červenec|srpen|září|říjen|listopad|prosinec", "I|II|III|IV|V|VI|VII|VIII|IX|X|XI|XII", "neděle|pondělí|úterý|středa|čtvrtek|pátek|sobota", "ne|po|út|st|čt|pá|so"},
	"cy": {"Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr", "Ion|Chwef|Maw|Ebr|Mai|Meh|Gorff|Awst|Medi|Hyd|Tach|Rhag", "Dydd Sul|Dydd Llun|Dydd Mawrth|Dydd Mercher|Dydd Iau|Dydd Gwener|Dydd Sadwrn", "Sul|Llun|Maw|Mer|Iau|Gwe|Sad"},
	"da": {"januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december", "jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec", "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag", "sø|ma|ti|on|to|fr|lø"},
	"de": {"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember", "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez", "Sonntag|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag", "So|Mo|Di|Mi|Do|Fr|Sa"},
	"el": {"Ιανουάριος|Φεβρουάριος|Μάρτιος|Απρίλιος|Μάιος|Ιούνιος|Ιούλιος|Αύγουστος|Σεπτέμβριος|Οκτώβριος|Νοέμβριος|Δεκέμβριος", "Ιαν|Φεβ|Μαρ|Απρ|Μαϊ|Ιουν|Ιουλ|Αυγ|Σεπ|Οκτ|Νοε|Δεκ", "Κυριακή|Δευτέρα|Τρίτη|Τετάρτη|Πέμπτη|Παρασκευή|Σάββατο", "Κυρ|Δευ|Τρι|Τετ|Πεμ|Παρ|Σαβ"},
	"es": {"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre", "ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic", "domingo|lunes|martes|miércoles|jueves|viernes|sábado", "do.|lu.|ma.|mi.|ju.|vi.|sá."},
	"et": {"jaanuar|veebruar|märts|aprill|mai|juuni|juuli|august|september|oktoober|november|detsember", "jaan|veebr|märts|apr|mai|juuni|juuli|aug|sept|okt|nov|dets", "pühapäev|esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev", "P|E|T|K|N|R|L"},
	"fa": {"ژانويه|فوريه|مارس|آوريل|مه|ژوئن|ژوئيه|اوت|سپتامبر|اُكتبر|نوامبر|دسامبر", "ژانويه|فوريه|مارس|آوريل|مه|ژوئن|ژوئيه|اوت|سپتامبر|اُكتبر|نوامبر|دسامبر", "يكشنبه|دوشنبه|سه شنبه|چهارشنبه|پنجشنبه|جمعه|شنبه", "يكشنبه|دوشنبه|سه شنبه|چهارشنبه|پنجشنبه|جمعه|شنبه"},
	"fi": {"tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu", "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu", "sunnuntai|maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai", "su|ma|ti|ke|to|pe|la"},
	"fr": {"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre", "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.", "dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi", "dim.|lun.|mar.|mer.|jeu.|ven.|sam."},
	"ga": {"Eanáir|Feabhra|Márta|Aibreán|Bealtaine|Meitheamh|Iúil|Lúnasa|Meán Fómhair|Deireadh Fómhair|Samhain|Nollaig", "Ean|Feabh|Márta|Aib|Beal|Meith|Iúil|Lún|MFómh|DFómh|Samh|Noll", "Dé Domhnaigh|Dé Luain|Dé Máirt|Dé Céadaoin|Déardaoin|Dé hAoine|Dé Sathairn", "Domh|Luan|Máirt|Céad|Déar|Aoine|Sath"},
	"gd": {"Am Faoilleach|An Gearran|Am Màrt|An Giblean|An Cèitean|An t-Ògmhios|An t-Iuchar|An Lùnastal|An t-Sultain|An Dàmhair|An t-Samhain|An Dùbhlachd", "Faoi|Gear|Màrt|Gibl|Cèit|Ògmh|Iuch|Lùna|Sult|Dàmh|Samh|Dùbh", "DiDòmhnaich|DiLuain|DiMàirt|DiCiadain|DiarDaoin|DihAoine|DiSathairne", "DiD|DiL|DiM|DiC|Dia|Dih|DiS"},
	"gu": {"જાન્યુઆરી|ફેબ્રુઆરી|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ|સપ્ટેમ્બર|ઑક્ટોબર|નવેમ્બર|ડિસેમ્બર", "જાન્યુ|ફેબ્રુ|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગ|સપ્ટે|ઑક્ટો|નવે|ડિસે", "રવિવાર|સોમવાર|મંગળવાર|બુધવાર|ગુરુવાર|શુક્રવાર|શનિવાર", "રવિ|સોમ|મંગળ|બુધ|ગુરુ|શુક્ર|શનિ"},
	"he": {"ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר", "ינו|פבר|מרץ|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ", "יום ראשון|יום שני|יום שלישי|יום רביעי|יום חמישי|יום שישי|שבת", "יום א|יום ב|יום ג|יום ד|יום ה|יום ו|שבת"},
	"hi": {"जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितम्बर|अक्तूबर|नवम्बर|दिसम्बर", "जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितम्बर|अक्तूबर|नवम्बर|दिसम्बर", "रविवार|सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार", "रवि.|सोम.|मंगल.|बुध.|गुरु.|शुक्र.|शनि."},
	"hr": {"siječanj|veljača|ožujak|travanj|svibanj|lipanj|srpanj|kolovoz|rujan|listopad|studeni|prosinac", "sij|vlj|ožu|tra|svi|lip|srp|kol|ruj|lis|stu|pro", "nedjelja|ponedjeljak|utorak|srijeda|četvrtak|petak|subota", "ned|pon|uto|sri|čet|pet|sub"},
	"hu": {"január|február|március|április|május|június|július|augusztus|szeptember|október|november|december", "jan.|febr.|márc.|ápr.|máj.|jún.|júl.|aug.|szept.|okt.|nov.|dec.", "vasárnap|hétfő|kedd|szerda|csütörtök|péntek|szombat", "V|H|K|Sze|Cs|P|Szo"},
	"is": {"janúar|febrúar|mars|apríl|maí|júní|júlí|ágúst|september|október|nóvember|desember", "jan.|feb.|mar.|apr.|maí|jún.|júl.|ágú.|sep.|okt.|nóv.|des.", "sunnudagur|mánudagur|þriðjudagur|miðvikudagur|fimmtudagur|föstudagur|laugardagur", "sun.|mán.|þri.|mið.|fim.|fös.|lau."},
	"it": {"gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre", "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic", "domenica|lunedì|martedì|mercoledì|giovedì|venerdì|sabato", "dom|lun|mar|mer|gio|ven|sab"},
	"ja": {"1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月", "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月", "日曜日|月曜日|火曜日|水曜日|木曜日|金曜日|土曜日", "日|月|火|水|木|金|土"},
	"ko": {"1월|2월|3월|4월|5월|6월|7월|8월|9월|10월|11월|12월", "1|2|3|4|5|6|7|8|9|10|11|12", "일요일|월요일|화요일|수요일|목요일|금요일|토요일", "일|월|화|수|목|금|토"},
	"lt": {"sausis|vasaris|kovas|balandis|gegužė|birželis|liepa|rugpjūtis|rugsėjis|spalis|lapkritis|gruodis", "saus.|vas.|kov.|bal.|geg.|birž.|liep.|rugp.|rugs.|spal.|lapkr.|gruod.", "sekmadienis|pirmadienis|antradienis|trečiadienis|ketvirtadienis|penktadienis|šeštadienis", "sk|pr|an|tr|kt|pn|št"},
	"lv": {"janvāris|februāris|marts|aprīlis|maijs|jūnijs|jūlijs|augusts|septembris|oktobris|novembris|decembris", "janv.|febr.|marts|apr.|maijs|jūn.|jūl.|aug.|sept.|okt.|nov.|dec.", "svētdiena|pirmdiena|otrdiena|trešdiena|ceturtdiena|piektdiena|sestdiena", "svētd.|pirmd.|otrd.|trešd.|ceturtd.|piektd.|sestd."},
	"nb": {"januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember", "jan|feb|mar|apr|mai|jun|jul|aug|sep|okt|nov|des", "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag", "søn|man|tir|ons|tor|fre|lør"},
	"nl": {"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december", "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec", "zondag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag", "zo|ma|di|wo|do|vr|za"},
	"pa": {"ਜਨਵਰੀ|ਫ਼ਰਵਰੀ|ਮਾਰਚ|ਅਪ੍ਰੈਲ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ|ਅਗਸਤ|ਸਤੰਬਰ|ਅਕਤੂਬਰ|ਨਵੰਬਰ|ਦਸੰਬਰ", "ਜਨਵਰੀ|ਫ਼ਰਵਰੀ|ਮਾਰਚ|ਅਪ੍ਰੈਲ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ|ਅਗਸਤ|ਸਤੰਬਰ|ਅਕਤੂਬਰ|ਨਵੰਬਰ|ਦਸੰਬਰ", "ਐਤਵਾਰ|ਸੋਮਵਾਰ|ਮੰਗਲਵਾਰ|ਬੁੱਧਵਾਰ|ਵੀਰਵਾਰ|ਸ਼ੁੱਕਰਵਾਰ|ਸ਼ਨਿੱਚਰਵਾਰ", "ਐਤ.|ਸੋਮ.|ਮੰਗਲ.|ਬੁੱਧ.|ਵੀਰ.|ਸ਼ੁਕਰ.|ਸ਼ਨਿੱਚਰ."},
	"pl": {"styczeń|luty|marzec|kwiecień|maj|czerwiec|lipiec|sierpień|wrzesień|październik|listopad|grudzień", "sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru", "niedziela|poniedziałek|wtorek|środa|czwartek|piątek|sobota", "niedz.|pon.|wt.|śr.|czw.|pt.|sob."},
	"pt": {"janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro", "jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez", "domingo|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado", "dom|seg|ter|qua|qui|sex|sáb"},
	"ro": {"ianuarie|februarie|martie|aprilie|mai|iunie|iulie|august|septembrie|octombrie|noiembrie|decembrie", "ian.|feb.|mar.|apr.|mai|iun.|iul.|aug.|sept.|oct.|nov.|dec.", "duminică|luni|marți|miercuri|joi|vineri|sâmbătă", "dum.|lun.|mar.|mie.|joi|vin.|sâm."},
	"ru": {"январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь", "янв.|фев.|март|апр.|май|июнь|июль|авг.|сен.|окт.|ноя.|дек.", "воскресенье|понедельник|вторник|среда|четверг|пятница|суббота", "Вс|Пн|Вт|Ср|Чт|Пт|Сб"},
	"sk": {"január|február|marec|apríl|máj|jún|júl|august|september|október|november|december", "1|2|3|4|5|6|7|8|9|10|11|12", "nedeľa|pondelok|utorok|streda|štvrtok|piatok|sobota", "ne|po|ut|st|št|pi|so"},
	"sl": {"januar|februar|marec|april|maj|junij|julij|avgust|september|oktober|november|december", "jan.|feb.|mar.|apr.|maj|jun.|jul.|avg.|sep.|okt.|nov.|dec.", "nedelja|ponedeljek|torek|sreda|četrtek|petek|sobota", "ned.|pon.|tor.|sre.|čet.|pet.|sob."},
	"so": {"Jannaayo|Febraayo|Maarso|Abriil|May|Juun|Luuliyo|Ogost|Sebtembar|Oktoobar|Nofembar|Desembar", "Jan|Feb|Mar|Abr|May|Jun|Lul|Ogs|Seb|Okt|Nof|Dis", "Axad|Isniin|Talaado|Arbaco|Khamiis|Jimco|Sabti", "Axd|Isn|Tldo|Arbc|Khms|Jmc|Sbti"},
	"sq": {"janar|shkurt|mars|prill|maj|qershor|korrik|gusht|shtator|tetor|nëntor|dhjetor", "jan|shk|mar|pri|maj|qer|krr|gush|sht|tet|nën|dhj", "e diel|e hënë|e martë|e mërkurë|e enjte|e premte|e shtunë", "die|hën|mar|mër|enj|pre|sht"},
	"sv": {"januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december", "jan.|feb.|mars|apr.|maj|juni|juli|aug.|sep.|okt.|nov.|dec.", "söndag|måndag|tisdag|onsdag|torsdag|fredag|lördag", "sön|mån|tis|ons|tor|fre|lör"},
	"ta": {"ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்", "ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்", "ஞாயிற்றுக்கிழமை|திங்கள்கிழமை|செவ்வாய்க்கிழமை|புதன்கிழமை|வியாழக்கிழமை|வெள்ளிக்கிழமை|சனிக்கிழமை", "ஞாயிறு|திங்கள்|செவ்வாய்|புதன்|வியாழன்|வெள்ளி|சனி"},
	"th": {"มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม", "ม.ค.|ก.พ.|มี.ค.|เม.ย.|พ.ค.|มิ.ย.|ก.ค.|ส.ค.|ก.ย.|ต.ค.|พ.ย.|ธ.ค.", "อาทิตย์|จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์", "อา.|จ.|อ.|พ.|พฤ.|ศ.|ส."},
	"tr": {"Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık", "Oca|Şub|Mar|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara", "Pazar|Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi", "Paz|Pzt|Sal|Çar|Per|Cum|Cmt"},
	"uk": {"січень|лютий|березень|квітень|травень|червень|липень|серпень|вересень|жовтень|листопад|грудень", "Січ|Лют|Бер|Кві|Тра|Чер|Лип|Сер|Вер|Жов|Лис|Гру", "неділя|понеділок|вівторок|середа|четвер|п'ятниця|субота", "Нд|Пн|Вт|Ср|Чт|Пт|Сб"},
	"ur": {"جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر", "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر", "اتوار|پير|منگل|بدھ|جمعرات|جمعه|هفته", "اتوار|پير|منگل|بدھ|جمعرات|جمعه|هفته"},
	"vi": {"Tháng 1|Tháng 2|Tháng 3|Tháng 4|Tháng 5|Tháng 6|Tháng 7|Tháng 8|Tháng 9|Tháng 10|Tháng 11|Tháng 12", "Thg 1|Thg 2|Thg 3|Thg 4|Thg 5|Thg 6|Thg 7|Thg 8|Thg 9|Thg 10|Thg 11|Thg 12", "Chủ Nhật|Thứ Hai|Thứ Ba|Thứ Tư|Thứ Năm|Thứ Sáu|Thứ Bảy", "CN|T2|T3|T4|T5|T6|T7"},
	"zh": {"一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月", "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月", "星期日|星期一|星期二|星期三|星期四|星期五|星期六", "周日|周一|周二|周三|周四|周五|周六"},
}
