// People, structures and things: base R4 (what FR Core and the Annuaire send is accepted as it is).

Profile: RelaisPatient
Parent: Patient
Id: relais-patient
Title: "Patient"
Description: "Personne suivie. Les identités, le nom et le statut de l'identité suivent FR Core."
* extension contains NonDivulgation named nonDivulgation 0..1

Profile: RelaisRelatedPerson
Parent: RelatedPerson
Id: relais-relatedperson
Title: "Proche ou représentant"
Description: "Proche ou représentant légal d'une personne suivie."
* insert OfAPerson(patient)

Profile: RelaisPractitioner
Parent: Practitioner
Id: relais-practitioner
Title: "Professionnel"
Description: "Professionnel de santé, social ou médico-social."

Profile: RelaisPractitionerRole
Parent: PractitionerRole
Id: relais-practitionerrole
Title: "Exercice d'un professionnel"
Description: "Ce que Task.owner et CareTeam.member désignent."

Profile: RelaisOrganization
Parent: Organization
Id: relais-organization
Title: "Structure ou réseau"
Description: "Établissement, cabinet, association, réseau, CPTS ou DAC."

Profile: RelaisDevice
Parent: Device
Id: relais-device
Title: "Système"
Description: "Logiciel qui agit en son nom propre."
