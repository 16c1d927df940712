package sms

import (
	"strings"
	"testing"
)

// What people write who want no more texts, in the languages that are known. A
// person is shown these; none of them keeps anybody from being texted by itself.
func TestAskingInOtherLanguages(t *testing.T) {
	words := optOutKeys()
	for language, texts := range map[string][]string{
		"English": {"Please stop texting me", "Stop at once", "just stop", "Stop!!", "STOP NOW PLEASE", "You don't stop texting me, it is horrible", "I can't opt out???"},
		"German": {"Bitte keine SMS mehr!", "Hören Sie bitte auf mir zu schreiben", "Hoeren Sie auf mir zu schreiben", "Ich möchte mich abmelden", "ich moechte mich abmelden", "Schicken Sie mir keine Nachrichten", "Bitte abmelden", "ABMELDEN", "Stopp bitte",
			"Falsche Nummer", "Bitte löschen Sie meine Nummer", "Melden Sie mich ab", "Nehmen Sie mich von der Liste", "Kein Interesse, danke", "aufhören!"},
		"French": {"Arrêtez de m'envoyer des SMS", "arretez de m envoyer des sms svp", "Ne m’envoyez plus rien", "Je ne veux plus recevoir vos messages", "ARRÊT", "Arret svp", "Merci de me désabonner", "desabonnement", "Stop svp", "STOP s'il vous plaît",
			"Vous vous êtes trompé de numéro", "Mauvais numéro", "Supprimez mon numéro", "plus de sms merci"},
		"Spanish":    {"No me envíen más mensajes", "no me envien mas", "Quiero darme de baja", "BAJA", "Dejen de enviarme mensajes", "dejen de mandar mensajes por favor", "Número equivocado", "numero equivocado", "No me interesa, gracias", "Parar", "Borren mi número por favor"},
		"Italian":    {"Basta!", "Basta messaggi per favore", "Non mandatemi più messaggi", "Cancellami dalla lista", "Numero sbagliato", "Smettetela di scrivermi", "non mi interessa grazie", "Disiscrivimi", "Non voglio più ricevere SMS"},
		"Dutch":      {"Geen berichten meer aub", "Stop met sms'en", "Stuur me geen berichten", "Afmelden", "Graag uitschrijven", "Verkeerd nummer", "Verwijder mijn nummer", "Houd op met berichten sturen", "laat me met rust"},
		"Polish":     {"Proszę nie pisać do mnie", "prosze nie pisac", "Przestańcie wysyłać SMS-y", "Nie chcę wiadomości", "Wypisz mnie", "Zły numer", "to pomyłka", "Rezygnuję", "Proszę usunąć mój numer"},
		"Portuguese": {"Não quero mais mensagens", "nao quero receber", "SAIR", "Parem de mandar mensagens", "Número errado", "Remova o meu número", "Não me enviem mais SMS", "Não tenho interesse, obrigado"},
		"Welsh":      {"Peidiwch â thecstio fi", "Stopiwch anfon negeseuon", "Dim mwy o negeseuon os gwelwch yn dda", "Rhif anghywir", "Dad-danysgrifio", "Tynnwch fi oddi ar y rhestr", "Stopiwch os gwelwch yn dda", "Peidiwch ag anfon rhagor"},
		"Romanian":   {"Nu mai trimiteți mesaje", "nu-mi mai scrieti", "Număr greșit", "Dezabonare", "Opriti mesajele"},
		"Swedish":    {"Sluta skicka sms", "Fel nummer", "Ta bort mig från listan", "Avsluta"}, "Danish": {"Stop med at sende beskeder", "Forkert nummer", "Send ikke flere beskeder", "Afmeld"}, "Norwegian": {"Slutt å sende meldinger", "Feil nummer", "Ikke send flere sms", "Stopp"},
		"Finnish": {"Älkää lähettäkö viestejä", "alkaa lahettako", "Väärä numero", "Lopeta"}, "Czech": {"Už mi prosím neposílejte SMS", "Spatne cislo", "Odhlaste mě"}, "Turkish": {"Artık mesaj atmayın", "Mesaj almak istemiyorum", "YANLIŞ NUMARA", "Yanlis numara", "İPTAL", "RET"},
		"Ukrainian": {"Не пишіть мені", "Будь ласка, видаліть мій номер", "Стоп"}, "Russian": {"Не пишите мне больше", "Отпишите меня от рассылки", "СТОП", "Вы ошиблись номером"},
	} {
		for _, text := range texts {
			if !LooksLikeOptOut(text, words) {
				t.Errorf("%s: %q does not look like an opt-out", language, text)
			}
			if text = strings.ToUpper(text); !LooksLikeOptOut(text, words) {
				t.Errorf("%s: %q does not look like an opt-out", language, text)
			}
		}
	}
}

// What people write to an office for other reasons, some of it with the same
// words.
func TestNotAskingInOtherLanguages(t *testing.T) {
	words := optOutKeys()
	for language, texts := range map[string][]string{
		"English": {"I can't stop laughing", "Stop by at 5", "Stop by tomorrow please", "Stop in on your way", "Stop at the gate", "bus stop", "Bus stop?", "pit stop", "Next stop", "Can't stop", "We stop for lunch at 12", "He won't stop crying, can I fetch him",
			"The rain will stop soon I hope", "Does the coach stop at Ashford?", "Which stop", "Basta Pasta at 7?", "Sair is my daughter's name", "Ret. books by Friday"},
		"German":     {"Ich melde mich wegen Mia, sie ist krank", "Ich möchte Tim für heute abmelden", "Der Bus hält an der Haltestelle", "Hören Sie auf den Lehrer", "Schreiben Sie mir bitte die Uhrzeit", "Danke schön", "Was ist von der Liste noch zu kaufen?", "Ist meine Nummer noch richtig?"},
		"French":     {"L'arrêt de bus est fermé", "Je n'arrête pas de rire", "Il est en arrêt maladie", "Merci beaucoup", "Envoyez-moi un message", "Écrivez-moi demain", "C'est le bon numéro", "Quel est votre numéro ?"},
		"Spanish":    {"Estoy de baja médica", "Mi hijo está de baja hoy", "No puede parar de toser", "Es para mañana", "Para mañana", "Sale a las 5", "No me llegó el mensaje", "Gracias por el mensaje", "Envíenme el horario"},
		"Italian":    {"Non mi basta il tempo", "Basta così per oggi, grazie mille, a domani", "Il numero è giusto", "Ha smesso di piovere?", "Smettete di ridere", "Vorrei cancellare l'appuntamento di lunedì"},
		"Dutch":      {"Ik wil Tim afmelden voor vandaag", "De bus stopt bij de kerk", "Stuur me de tijden graag", "Het sturen van berichten werkt prima", "Dank u wel", "Is dit het goede nummer?"},
		"Polish":     {"Proszę pisać do mnie jutro", "Dziękuję za wiadomość", "Autobus staje przy szkole", "Nie chcę zupy", "To dobry numer"},
		"Portuguese": {"Vou sair às 5", "Ele não para de tossir", "Quero receber mais informações", "Obrigado pela mensagem", "O número está certo"},
		"Welsh":      {"Peidiwch â phoeni", "Mae'r bws yn stopio yma", "Stopiwch y bws!", "Diolch am y neges", "Dim problem", "Rhowch y gorau i ysmygu", "Dim ysgol heddiw?"},
		"others":     {"Tack för meddelandet", "Tak for beskeden", "Takk for meldingen", "Hold op med at grine", "Kiitos viestistä", "Děkuji za zprávu", "Mesaj için teşekkürler", "Mulțumesc pentru mesaj", "Спасибо за сообщение", "Пишите мне на этот номер", "Дякую", "Автобус не дойшов до зупинки", "停止", "توقف", "bitte", "merci", "gracias", "diolch", "te"},
	} {
		for _, text := range texts {
			if LooksLikeOptOut(text, words) {
				t.Errorf("%s: %q looks like an opt-out", language, text)
			}
		}
	}
}

// Every phrase and word of the table is found as it stands there, and none is an
// opt-out word by itself.
func TestEveryPhraseIsFound(t *testing.T) {
	words := optOutKeys()
	n := 0
	for first, phrases := range asking {
		for _, phrase := range phrases {
			n++
			if phrase[0] != first || len(phrase) > 8 {
				t.Errorf("%q stands under %q", phrase, first)
			}
			if text := "Hello, " + strings.Join(phrase, " ") + ", all of you, and a good day"; !LooksLikeOptOut(text, words) {
				t.Errorf("%q is not found", text)
			}
		}
	}
	for word := range elsewhere {
		if !LooksLikeOptOut(word, words) || !LooksLikeOptOut(word+" bitte!", words) {
			t.Errorf("%q is not found", word)
		}
	}
	if n < 500 {
		t.Errorf("there are %d phrases", n)
	}
}

func BenchmarkLooksLikeOptOut(b *testing.B) {
	words := optOutKeys()
	text := "Hello, could somebody please tell me when the coach from the museum stops at the school on Thursday? Thank you very much, Zoë"
	for b.Loop() {
		LooksLikeOptOut(text, words)
	}
}
