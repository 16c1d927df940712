package sms

// manners are words that change nothing beside "stop", without accents.
var manners = foldedOf("please", "pls", "plz", "thanks", "thank", "thankyou", "you", "thx", "ta", "cheers", "now", "ok", "okay", "hi", "hello", "sorry", "yes",
	"text", "texts", "texting", "message", "messages", "messaging", "sms", "all", "these", "this", "the", "it", "me", "us", "my", "i", "want", "to", "would", "like", "from",
	"your", "list", "immediately", "just", "subscription", "sending", "reply", "so", "kindly", "and", "bye", "1", "2",
	"bitte", "danke", "hallo", "sofort", "jetzt", // German
	"s'il", "vous", "te", "plaît", "plait", "svp", "stp", "merci", "bonjour", // French
	"por", "favor", "gracias", "hola", "ya", // Spanish
	"per", "favore", "grazie", "ciao", "subito", // Italian
	"alstublieft", "aub", "alsjeblieft", "bedankt", "dank", "u", // Dutch
	"proszę", "dziękuję", "dzięki", // Polish
	"obrigado", "obrigada", "já", // Portuguese
	"os", "gwelwch", "yn", "dda", "plîs", "diolch", // Welsh
	"vă", "rog", "mulțumesc", "mersi", // Romanian
	"tack", "snälla", "takk", "tak", "kiitos", "prosím", "děkuji", "lütfen", "teşekkürler", "пожалуйста", "спасибо", "будь", "ласка", "дякую")

// elsewhere are the words of other languages that mean as much as STOP where
// they are all that somebody writes, without accents and blanks. They do not keep
// anybody from being texted by themselves, as those do that an organisation adds
// as its own: a person is shown the text.
var elsewhere = foldedOf(
	"Stopp", "Abmelden", "Abmeldung", "Abbestellen", "Austragen", "Aufhören", // German
	"Arrêt", "Arrêter", "Arrête", "Arrêtez", "Désabonner", "Désabonnez-moi", "Désabonnement", "Désinscription", "Désinscrire", // French
	"Baja", "Dar de baja", "Darme de baja", "Para", "Pare", "Paren", "Parar", "Cancelar", "Salir", "Desuscribir", // Spanish
	"Basta", "Disiscrivi", "Disiscrivimi", "Disiscrizione", "Cancellami", "Fermati", "Smettila", "Smettetela", // Italian
	"Stoppen", "Afmelden", "Uitschrijven", "Ophouden", // Dutch
	"Rezygnuję", "Rezygnacja", "Wypisz", "Wypisz mnie", "Przestań", "Przestańcie", // Polish
	"Sair", "Pare", "Parem", "Descadastrar", "Remover", "Cancelar inscrição", // Portuguese
	"Stopiwch", "Stopio", "Stopia", "Peidiwch", "Dad-danysgrifio", "Datdanysgrifio", // Welsh
	"Dezabonare", "Dezabonează-mă", "Opriți", // Romanian
	"Avsluta", "Avregistrera", "Sluta", "Afmeld", "Stop det", "Avmeld", "Slutt", // Swedish, Danish, Norwegian
	"Lopeta", "Lopettakaa", "Peruuta", "Odhlásit", "Přestaňte", "İptal", "Ret", "Durdur", // Finnish, Czech, Turkish
	"Стоп", "Отписаться", "Отпишите", "Хватит", "Відписатися", "Досить", "Зупиніть") // Russian, Ukrainian

// The phrases with which people ask for no more texts. Only such stand here as
// say so whatever is around them: "baja" alone is somebody who is off sick, and
// "abmelden" a parent whose child is.

var inEnglish = []string{"unsubscribe", "unsubscribed", "opt out", "optout", "opted out", "opt me out", "stopall", "stop all",
	"stop text", "stop texting", "stop texts", "stop the texts", "stop the messages", "stop these", "stop this", "stop sending", "stop messaging", "stop messages", "stop contacting",
	"stop bothering", "stop spamming", "stop emailing", "stop calling", "stop sms",
	"don't text", "do not text", "never text", "don't message", "do not message", "don't contact", "do not contact", "never contact", "don't send", "do not send",
	"no more texts", "no more messages", "no more sms", "no longer wish", "no longer want", "not interested", "leave me alone", "remove me", "remove my number", "remove this number", "delete my number",
	"take me off", "take my number off", "lose my number", "wrong number", "wrong person"}

var inGerman = []string{"keine sms mehr", "keine nachrichten mehr", "keine weiteren sms", "keine weiteren nachrichten", "keine nachrichten von ihnen", "keine werbung mehr", "keine werbung",
	"hören sie auf mir", "hören sie auf mich", "hören sie auf mit diesen", "hören sie auf mit den", "hören sie bitte auf", "hört auf mir", "hört auf mit den", "hört auf mit diesen", "hör auf mir", "hör auf mit den", "aufhören mir", "aufhören mich", "nicht mehr schreiben", "nicht mehr anschreiben", "nicht mehr kontaktieren", "schreiben sie mir nicht", "schreibt mir nicht",
	"schicken sie mir keine", "schickt mir keine", "senden sie mir keine", "sendet mir keine", "schick mir keine", "schicken sie keine", "senden sie keine",
	"melden sie mich ab", "meldet mich ab", "tragen sie mich aus", "tragt mich aus", "möchte mich abmelden", "will mich abmelden", "möchte abbestellen", "sms abbestellen", "nachrichten abbestellen",
	"löschen sie meine nummer", "löschen sie mich", "meine nummer löschen", "nummer aus dem verteiler", "aus dem verteiler", "vom verteiler", "mich aus der liste", "mich von der liste", "nummer aus der liste", "nummer von der liste", "mich von ihrer liste", "mich aus ihrer liste",
	"lassen sie mich in ruhe", "lasst mich in ruhe", "lass mich in ruhe", "kein interesse", "falsche nummer", "falsch verbunden", "falsche person"}

var inFrench = []string{"plus de sms", "plus de messages", "plus aucun sms", "plus aucun message", "plus de textos", "plus de vos messages", "ne plus recevoir", "plus recevoir de", "plus recevoir vos",
	"ne m'envoyez plus", "m'envoyez plus", "ne m'envoie plus", "n'envoyez plus", "ne plus m'envoyer", "ne m'écrivez plus", "m'écrivez plus", "ne me contactez plus", "me contactez plus", "ne plus me contacter", "ne plus être contacté", "ne plus être contactée",
	"arrêtez de m'envoyer", "arrêter de m'envoyer", "arrête de m'envoyer", "arrêtez d'envoyer", "arrêter d'envoyer", "arrêtez de m'écrire", "arrêtez les sms", "arrêtez les messages", "arrêter les sms", "arrêter les messages", "arrêtez vos messages", "arrêtez vos sms", "cessez de m'envoyer", "cessez de m'écrire", "cessez d'envoyer", "stop aux sms", "stop sms",
	"désabonner", "désabonnez", "désabonnement", "désinscrire", "désinscrivez", "désinscription",
	"retirez mon numéro", "supprimez mon numéro", "effacez mon numéro", "retirez moi de", "enlevez moi de", "supprimez moi de", "laissez moi tranquille", "fichez moi la paix", "pas intéressé", "pas intéressée", "mauvais numéro", "faux numéro", "mauvaise personne", "trompé de numéro", "trompez de numéro"}

var inSpanish = []string{"no más mensajes", "no más sms", "no quiero más mensajes", "no quiero más sms", "no quiero recibir", "no deseo recibir", "no quiero mensajes", "no quiero sms", "dejar de recibir",
	"no me envíen", "no me envíes", "no me envíe", "no me manden", "no me mandes", "no me mande", "no me mandéis", "no me enviéis", "no enviar más", "no me escriban", "no me escribas", "no me escribáis", "no me contacten", "no me contactes", "no me contactéis",
	"dejen de enviar", "dejen de enviarme", "deja de enviarme", "deje de enviarme", "dejad de enviarme", "dejen de mandar", "dejen de mandarme", "deja de mandarme", "dejad de mandarme", "dejen de escribir", "dejen de escribirme", "deja de escribirme", "dejad de escribirme", "paren de enviar", "paren de enviarme", "paren de mandar", "paren de mandarme", "paren de escribirme", "parad de mandar", "parad de enviar",
	"darme de baja", "deme de baja", "denme de baja", "dadme de baja", "dame de baja", "darse de baja", "cancelar suscripción", "cancelar mi suscripción", "cancelar la suscripción",
	"borren mi número", "borra mi número", "borrad mi número", "eliminen mi número", "elimina mi número", "quiten mi número", "quítenme de", "quitadme de", "déjenme en paz", "dejadme en paz", "déjame en paz",
	"no me interesa", "no estoy interesado", "no estoy interesada", "número equivocado", "número incorrecto", "persona equivocada", "se ha equivocado de número", "se equivocó de número"}

var inItalian = []string{"basta messaggi", "basta sms", "basta con i messaggi", "basta con gli sms", "basta con questi", "niente più messaggi", "nessun altro messaggio", "non voglio più messaggi", "non voglio più sms", "non voglio più ricevere", "non voglio ricevere", "non desidero più ricevere", "non desidero ricevere", "non voglio messaggi",
	"non mandatemi", "non mandarmi", "non mandate più", "non inviatemi", "non inviarmi", "non inviate più", "non scrivetemi", "non scrivermi", "non contattatemi", "non contattarmi", "non mi contattate", "non mi mandate", "non mi scrivete", "non mi scriva", "non mi contatti", "non mi mandi",
	"smettete di mandarmi", "smettete di mandare", "smettete di inviarmi", "smettete di inviare", "smettete di scrivermi", "smettetela di scrivermi", "smettetela di mandarmi", "smettila di scrivermi", "smettila di mandarmi", "smetti di scrivermi", "smetti di mandarmi", "smetta di scrivermi", "smetta di mandarmi", "disiscrivetemi", "disiscrivimi", "disiscrivermi", "cancellatemi", "cancellami dalla", "cancellarmi dalla", "annullare l'iscrizione", "annulla iscrizione", "disdire l'iscrizione",
	"toglietemi dalla", "toglimi dalla", "rimuovetemi", "rimuovimi", "rimuovere il mio numero", "rimuovete il mio numero", "cancellate il mio numero", "cancella il mio numero", "togliete il mio numero", "lasciatemi in pace", "lasciami in pace",
	"non mi interessa", "non sono interessato", "non sono interessata", "non interessato", "numero sbagliato", "numero errato", "persona sbagliata", "sbagliato numero"}

var inDutch = []string{"geen berichten meer", "geen sms meer", "geen sms'jes meer", "geen smsjes meer", "geen reclame meer", "geen berichtjes meer", "niet meer sms'en", "niet meer smsen", "niet meer appen", "niet meer berichten", "niet meer contacteren",
	"stuur me geen", "stuur mij geen", "stuur geen", "stop met berichten", "stop met sms", "stop met sms'en", "stop met sturen", "stop met het sturen", "stoppen met sturen", "stoppen met berichten", "hou op met", "houd op met", "wil geen berichten", "wil geen sms", "ik wil me afmelden", "ik wil mij afmelden", "ik wil me uitschrijven", "ik wil mij uitschrijven", "graag uitschrijven",
	"schrijf me uit", "schrijf mij uit", "meld me af", "meld mij af", "haal me van", "haal mij van", "verwijder mijn nummer", "verwijder me", "verwijder mij", "wis mijn nummer", "laat me met rust", "laat mij met rust", "geen interesse", "niet geïnteresseerd", "verkeerd nummer", "verkeerde nummer", "verkeerde persoon"}

var inPolish = []string{"proszę nie pisać", "nie pisać do mnie", "nie pisz do mnie", "nie piszcie", "proszę nie wysyłać", "nie wysyłać", "nie wysyłaj", "nie wysyłajcie", "nie przysyłać", "nie przysyłajcie", "proszę nie przysyłać", "nie kontaktować się", "nie kontaktujcie",
	"przestańcie pisać", "przestań pisać", "proszę przestać", "przestańcie wysyłać", "przestań wysyłać", "przestać wysyłać", "nie chcę sms", "nie chcę smsów", "nie chcę sms-ów", "nie chcę wiadomości", "nie chcę więcej sms", "nie chcę więcej smsów", "nie chcę więcej wiadomości", "nie życzę sobie", "nie chcę otrzymywać", "nie chcę dostawać", "żadnych wiadomości", "żadnych smsów", "rezygnuję z sms", "rezygnuję z wiadomości", "rezygnuję z subskrypcji", "rezygnuję z powiadomień",
	"wypisz mnie", "wypiszcie mnie", "proszę mnie wypisać", "usuń mój numer", "usuńcie mój numer", "usunąć mój numer", "usunięcie mojego numeru", "wykreślić mój numer", "dajcie mi spokój", "daj mi spokój", "nie jestem zainteresowany", "nie jestem zainteresowana", "nie interesuje mnie", "zły numer", "to pomyłka", "błędny numer"}

var inPortuguese = []string{"não quero mais mensagens", "não quero mais sms", "não quero mais receber", "não quero receber", "não desejo receber", "não desejo mais receber", "não quero mensagens", "não quero sms", "chega de mensagens", "chega de sms", "mais mensagens não", "deixar de receber", "parar de receber",
	"não me envie", "não me enviem", "não me envies", "não me mande", "não me mandem", "não me mandes", "não mande mais", "não mandem mais", "não envie mais", "não enviem mais", "não me escrevam", "não me escreva", "não me contactem", "não me contacte", "não me contatem", "não entrem em contacto", "não entrem em contato",
	"pare de enviar", "pare de mandar", "pare de me", "parem de enviar", "parem de mandar", "parem de me", "para de mandar", "para de me mandar", "deixem de enviar", "deixe de enviar", "cancelar inscrição", "cancelar a inscrição", "cancelar subscrição", "cancelar a subscrição", "descadastrar", "descadastre", "me descadastrem",
	"remova meu número", "remova o meu número", "removam o meu número", "remover o meu número", "apague o meu número", "apaguem o meu número", "retirem o meu número", "retire meu número", "tire meu número", "tirem-me da", "remova-me", "deixem-me em paz", "deixe-me em paz", "me deixe em paz", "não tenho interesse", "não estou interessado", "não estou interessada", "número errado", "pessoa errada", "engano de número"}

var inWelsh = []string{"peidiwch â thecstio", "peidiwch a thecstio", "peidiwch â tecstio", "peidiwch ag anfon", "peidiwch anfon", "peidiwch â chysylltu", "paid â thecstio", "paid ag anfon", "stopiwch anfon", "stopiwch decstio", "stopiwch y negeseuon", "stopiwch y tecstiau", "stopia anfon", "rhowch y gorau i anfon", "rhowch y gorau i decstio", "rhoi'r gorau i anfon",
	"dim mwy o negeseuon", "dim mwy o decstiau", "dim rhagor o negeseuon", "dim rhagor o decstiau", "dim negeseuon", "ddim eisiau negeseuon", "ddim eisiau mwy o negeseuon", "ddim eisiau rhagor o negeseuon", "ddim am dderbyn", "ddim eisiau derbyn", "dad-danysgrifio", "datdanysgrifio", "dad-danysgrifiwch",
	"tynnwch fi oddi", "tynnwch fi o'r", "tynnwch fy rhif", "dilëwch fy rhif", "gadewch lonydd i mi", "gadewch fi fod", "dim diddordeb", "rhif anghywir", "rhif ffôn anghywir", "person anghywir"}

var inRomanian = []string{"nu mai trimiteți", "nu mai trimite", "nu îmi mai trimiteți", "nu-mi mai trimiteți", "nu mă mai contactați", "nu îmi mai scrieți", "nu-mi mai scrieți", "nu mai vreau mesaje", "nu mai vreau sms", "nu mai vreau să primesc", "nu mai doresc mesaje", "nu mai doresc să primesc", "nu doresc să primesc", "nu vreau mesaje", "nu vreau să primesc", "opriți mesajele", "încetați să trimiteți", "încetați să îmi", "dezabonare", "dezabonați", "dezabonează", "mă dezabonez",
	"ștergeți numărul", "ștergeți-mi numărul", "lăsați-mă în pace", "nu sunt interesat", "nu sunt interesată", "nu mă interesează", "număr greșit", "numărul greșit", "persoana greșită"}

var inSwedish = []string{"sluta skicka", "sluta sms:a", "sluta smsa", "sluta messa", "sluta kontakta", "skicka inte fler", "skicka inga fler", "skicka inga", "inga fler sms", "inga fler meddelanden", "inga fler sms tack", "vill inte ha fler", "vill inte ha sms", "vill inte få", "inte längre få", "kontakta mig inte", "avsluta prenumeration", "avregistrera mig", "avanmäl mig", "ta bort mitt nummer", "ta bort mig", "radera mitt nummer", "lämna mig ifred", "lämna mig i fred", "inte intresserad", "fel nummer", "fel person"}

var inDanish = []string{"hold op med at sende", "hold op med at skrive", "stop med at sende", "stop med at skrive", "send ikke flere", "send ikke mere", "skriv ikke til mig", "ikke flere sms", "ikke flere beskeder", "ingen flere beskeder", "ingen flere sms", "vil ikke have flere", "vil ikke modtage", "ønsker ikke at modtage", "ønsker ikke flere", "kontakt mig ikke", "afmeld mig", "vil gerne afmeldes", "afmelde mig", "fjern mit nummer", "fjern mig", "slet mit nummer", "lad mig være", "ikke interesseret", "forkert nummer", "forkert person"}

var inNorwegian = []string{"slutt å sende", "slutt å skrive", "slutt å kontakte", "ikke send flere", "ikke send meg", "send meg ikke", "ikke kontakt meg", "ikke flere meldinger", "ingen flere meldinger", "ingen flere sms", "vil ikke ha flere", "vil ikke motta", "ønsker ikke å motta", "ønsker ikke flere", "meld meg av", "avmeld meg", "fjern nummeret mitt", "fjern meg", "slett nummeret mitt", "la meg være i fred", "ikke interessert", "feil nummer", "feil person"}

var inFinnish = []string{"älkää lähettäkö", "älä lähetä", "älkää laittako", "älä laita viestejä", "älkää ottako yhteyttä", "lopettakaa viestien", "lopettakaa viestit", "lopeta viestit", "lopeta viestien", "ei enää viestejä", "ei enää tekstiviestejä", "en halua viestejä", "en halua enää viestejä", "en halua enempää viestejä", "peruuta tilaus", "poistakaa numeroni", "poista numeroni", "poistakaa minut", "jättäkää minut rauhaan", "ei kiinnosta", "väärä numero", "väärä henkilö", "väärään numeroon"}

var inCzech = []string{"neposílejte", "neposílej mi", "nepište mi", "nepiš mi", "přestaňte psát", "přestaňte posílat", "přestaňte mi", "přestaň mi psát", "už nechci zprávy", "už nechci žádné", "už nechci sms", "nechci dostávat", "nechci žádné", "nepřeji si dostávat", "nepřeji si zprávy", "nepřeji si další", "nekontaktujte mě", "odhlaste mě", "chci se odhlásit", "žádné další zprávy", "žádné další sms", "smažte mé číslo", "smažte moje číslo", "vymažte mé číslo", "vymažte moje číslo", "dejte mi pokoj", "nemám zájem", "špatné číslo", "máte špatné číslo"}

var inTurkish = []string{"mesaj atmayın", "mesaj atma", "mesaj göndermeyin", "mesaj gönderme", "mesaj yollamayın", "sms atmayın", "sms göndermeyin", "sms gönderme", "bana yazmayın", "beni aramayın", "mesaj istemiyorum", "sms istemiyorum", "mesaj almak istemiyorum", "sms almak istemiyorum", "üyeliğimi iptal", "aboneliğimi iptal", "listeden çıkar", "listeden çıkarın", "listenizden çıkarın", "numaramı silin", "numaramı sil", "rahat bırakın", "ilgilenmiyorum", "yanlış numara", "yanlış kişi"}

var inUkrainian = []string{"не пишіть мені", "не пишіть більше", "більше не пишіть", "не надсилайте", "не присилайте", "припиніть писати", "припиніть надсилати", "перестаньте писати", "перестаньте надсилати", "не хочу отримувати", "відпишіть мене", "відписатися від", "видаліть мій номер", "не турбуйте мене", "залиште мене в спокої", "мене не цікавить", "не цікавить", "помилилися номером", "помилились номером", "неправильний номер"}

var inRussian = []string{"не пишите мне", "не пишите больше", "больше не пишите", "не пиши мне", "не присылайте", "не отправляйте", "не шлите", "прекратите писать", "прекратите присылать", "хватит писать", "хватит присылать", "перестаньте писать", "перестаньте присылать", "не хочу получать", "отпишите меня", "отписаться от", "удалите мой номер", "уберите мой номер", "не беспокойте меня", "оставьте меня в покое", "не интересует", "ошиблись номером", "неправильный номер", "неверный номер"}
