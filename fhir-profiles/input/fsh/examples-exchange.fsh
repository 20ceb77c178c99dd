Instance: exemple-lettre
InstanceOf: RelaisDocumentReference
Usage: #example
Title: "Lettre de liaison à la sortie"
* extension[destinataire].valueReference = Reference(exemple-exercice)
* masterIdentifier.system = "urn:ietf:rfc:3986"
* masterIdentifier.value = "urn:oid:1.2.250.1.999.1.42"
* status = #current
* type = http://loinc.org#11490-0
* subject = Reference(exemple-patient)
* date = "2026-01-12T17:00:00+01:00"
* content.attachment.contentType = #text/xml
* content.attachment.url = "Binary/exemple-octets"
* content.attachment.title = "Lettre de liaison"

Instance: exemple-octets
InstanceOf: RelaisBinary
Usage: #example
Title: "Octets de la lettre"
* contentType = #text/xml
* securityContext = Reference(exemple-lettre)
* data = "PGxldHRyZS8+"

Instance: exemple-abonnement
InstanceOf: RelaisSubscription
Usage: #example
Title: "Lettres, pour un logiciel de cabinet"
* status = #requested
* reason = "Lettres de liaison de mes patients"
* criteria = "DocumentReference?type=http://loinc.org|11490-0"
* channel.type = #rest-hook
* channel.endpoint = "https://cabinet.example/avis"

Instance: exemple-trace
InstanceOf: RelaisAuditEvent
Usage: #example
Title: "Lecture d'un PPS"
* type = http://terminology.hl7.org/CodeSystem/audit-event-type#rest
* subtype = http://hl7.org/fhir/restful-interaction#read
* action = #R
* recorded = "2026-01-13T08:00:00.000Z"
* outcome = #0
* agent.who = Reference(exemple-exercice)
* agent.requestor = true
* source.observer.display = "Relais"
* entity.what = Reference(exemple-pps)

Instance: exemple-indicateur
InstanceOf: RelaisMeasure
Usage: #example
Title: "Lettres reçues le jour de la sortie"
* url = "https://relais.example/fhir/Measure/i-04"
* status = #active
* title = "Lettres reçues le jour de la sortie"
* scoring = http://terminology.hl7.org/CodeSystem/measure-scoring#proportion

Instance: exemple-mesure
InstanceOf: RelaisMeasureReport
Usage: #example
Title: "Un petit effectif n'est pas montré"
* status = #complete
* type = #summary
* measure = "https://relais.example/fhir/Measure/i-04"
* period.start = "2026-01-01"
* period.end = "2026-01-31"
* group.population.code = http://terminology.hl7.org/CodeSystem/measure-population#numerator
* group.population.count.extension[0].url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
* group.population.count.extension[0].valueCode = #masked
* group.population.count.extension[1].url = "https://relais.example/fhir/StructureDefinition/seuil"
* group.population.count.extension[1].valueString = "<11"
