// Documents, notifications, traces and figures.

Invariant: rls-canal-url
Description: "A rest-hook is called over http or https"
Expression: "endpoint.startsWith('http://') or endpoint.startsWith('https://')"
Severity: #error

Profile: RelaisDocumentReference
Parent: DocumentReference
Id: relais-documentreference
Title: "Document"
Description: "Document partagé (PDSm, simplifié ou complet)."
* insert OfAPerson(subject)
* extension contains Destinataire named destinataire 0..*

Profile: RelaisBinary
Parent: Binary
Id: relais-binary
Title: "Octets d'un document"
Description: "Octets tels que l'émetteur les a envoyés."

Profile: RelaisSubscription
Parent: Subscription
Id: relais-subscription
Title: "Abonnement"
Description: "Notification sans contenu : le destinataire vient lire."
* channel obeys rls-canal-url
* channel.type = #rest-hook
* channel.endpoint 1..1
* channel.payload 0..0

Profile: RelaisAuditEvent
Parent: AuditEvent
Id: relais-auditevent
Title: "Trace"
Description: "Trace d'un accès (IHE BALP, traçabilité du CI-SIS)."

Profile: RelaisMeasure
Parent: Measure
Id: relais-measure
Title: "Indicateur"
Description: "Définition d'un indicateur de l'observatoire."

Profile: RelaisMeasureReport
Parent: MeasureReport
Id: relais-measurereport
Title: "Mesure d'un indicateur"
Description: "Valeurs d'un indicateur ; un petit effectif est absent et personne n'y figure."
* type = #summary
* subject only Reference(Organization or Location)
* evaluatedResource 0..0
