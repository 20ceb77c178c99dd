// One example a profile at least: what the validators accept, and what a newcomer reads first. Everyone is fictitious.

Alias: $ins-test = urn:oid:1.2.250.1.213.1.4.10
Alias: $fr-0203 = https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203
Alias: $v2-0203 = http://terminology.hl7.org/CodeSystem/v2-0203

Instance: exemple-patient
InstanceOf: RelaisPatient
Usage: #example
Title: "Alma Fictive, identité qualifiée"
* identifier[0].use = #official
* identifier[0].type = $fr-0203#INS-NIR-TEST
* identifier[0].system = $ins-test
* identifier[0].value = "245037511600194"
* identifier[1].use = #usual
* identifier[1].type = $v2-0203#PI
* identifier[1].system = "https://relais.example/sid/750000010/CH-ESSAIS"
* identifier[1].value = "000042"
* name[0].use = #official
* name[0].family = "FICTIVE"
* name[0].given = "ALMA"
* name[1].use = #usual
* name[1].family = "Esquisse"
* gender = #female
* birthDate = "1945-03-12"
* address.use = #home
* address.line = "12 rue du Patron"
* address.city = "DIJON"
* address.postalCode = "21000"
* extension[nonDivulgation].valueBoolean = false

Instance: exemple-proche
InstanceOf: RelaisRelatedPerson
Usage: #example
Title: "Fille et personne de confiance"
* patient = Reference(exemple-patient)
* relationship = http://terminology.hl7.org/CodeSystem/v3-RoleCode#DAUC
* name.family = "ESQUISSE"
* name.given = "NINA"

Instance: exemple-medecin
InstanceOf: RelaisPractitioner
Usage: #example
Title: "Médecin traitant"
* identifier.system = "https://rpps.esante.gouv.fr"
* identifier.value = "10999990012"
* name.family = "GABARIT"
* name.given = "JEAN"

Instance: exemple-exercice
InstanceOf: RelaisPractitionerRole
Usage: #example
Title: "Exercice du médecin traitant"
* active = true
* practitioner = Reference(exemple-medecin)
* organization = Reference(exemple-hopital)

Instance: exemple-hopital
InstanceOf: RelaisOrganization
Usage: #example
Title: "CH des Essais"
* identifier.system = "https://finess.esante.gouv.fr"
* identifier.value = "750000010"
* name = "CH des Essais"

Instance: exemple-systeme
InstanceOf: RelaisDevice
Usage: #example
Title: "Système de type DMP"
* deviceName.name = "Dépôt de documents"
* deviceName.type = #user-friendly-name
