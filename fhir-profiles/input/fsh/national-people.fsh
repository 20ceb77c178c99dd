// FR Core and the circle of care (CDS), as far as Relais checks them: a resource that claims one of these profiles obeys it.

Alias: $v2-0203 = http://terminology.hl7.org/CodeSystem/v2-0203
Alias: $r260 = https://mos.esante.gouv.fr/NOS/TRE_R260-HL7RoleClass/FHIR/TRE-R260-HL7RoleClass
Alias: $r216 = https://mos.esante.gouv.fr/NOS/TRE_R216-HL7RoleCode/FHIR/TRE-R216-HL7RoleCode

Invariant: fr-core-1
Description: "A qualified identity has an INS: NIR official or NIA temporary, of production, of the tests or of the demonstration"
Expression: "extension.where(url = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability').extension.where(url = 'identityStatus').value.where(code = 'QUAL' or (code = 'VALI' and system = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445')).empty() or identifier.where((use = 'official' and (system = 'urn:oid:1.2.250.1.213.1.4.8' or system = 'urn:oid:1.2.250.1.213.1.4.10' or system = 'urn:oid:1.2.250.1.213.1.4.11')) or (use = 'temp' and system = 'urn:oid:1.2.250.1.213.1.4.9')).exists()"
Severity: #error
* requirements = "Joignez l'INS de la personne, ou donnez-lui un statut d'identité qui n'en demande pas."

Invariant: rls-ins-non-qualifie
Description: "An INS travels with a qualified identity only: RNIV VALI says that it did not come from INSi"
Expression: "identifier.where(system = 'urn:oid:1.2.250.1.213.1.4.8' or system = 'urn:oid:1.2.250.1.213.1.4.9' or system = 'urn:oid:1.2.250.1.213.1.4.10' or system = 'urn:oid:1.2.250.1.213.1.4.11').empty() or extension.where(url = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability').extension.where(url = 'identityStatus').value.where(system = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status' and (code = 'VALI' or code = 'PROV' or code = 'RECUP')).empty()"
Severity: #error
* requirements = "Retirez l'INS, ou qualifiez l'identité avant de le transmettre."

Profile: FrCorePatient
Parent: Patient
Id: fr-core-patient
Title: "Patient (FR Core)"
Description: "Personne, selon FR Core : le nom officiel et le nom utilisé se distinguent par leur usage."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"
* extension contains
    FrIdentityReliability named identityReliability 0..* and
    PatientBirthPlace named birthPlace 0..1
* name ^slicing.discriminator.type = #value
* name ^slicing.discriminator.path = "use"
* name ^slicing.rules = #open
* name contains officialName 0..1 and usualName 0..1
* name[officialName].use = #official
* name[officialName].family 1..1
* name[usualName].use = #usual
* name.prefix ..1
* generalPractitioner only Reference(Practitioner or PractitionerRole or Organization)

Profile: FrCorePatientIns
Parent: FrCorePatient
Id: fr-core-patient-ins
Title: "Patient avec INS (FR Core)"
Description: "Personne dont l'identité est qualifiée : les traits stricts sont tous là."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins"
* obeys fr-core-1 and rls-ins-non-qualifie
* extension[identityReliability] 1..*
* extension[birthPlace] 1..1
* identifier 1..*
* gender 1..1
* birthDate 1..1
* name[officialName] 1..1
* name[officialName].given 1..1
* name[officialName].extension contains FrBirthListGivenName named birthList 1..1

Profile: FrCorePractitioner
Parent: Practitioner
Id: fr-core-practitioner
Title: "Professionnel (FR Core)"
Description: "Identifiants nationaux du professionnel, distingués par leur système."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner"
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains idNatPs 0..1 and rpps 0..*
* identifier[idNatPs].system = "urn:oid:1.2.250.1.71.4.2.1"
* identifier[idNatPs].value 1..1
* identifier[rpps].system = "https://rpps.esante.gouv.fr"
* identifier[rpps].value 1..1
* name.prefix ..1

Profile: FrCorePractitionerRole
Parent: PractitionerRole
Id: fr-core-practitioner-role
Title: "Exercice (FR Core)"
Description: "Exercice d'un professionnel dans une structure."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner-role"
* practitioner only Reference(Practitioner)
* organization only Reference(Organization)

Profile: FrCoreOrganization
Parent: Organization
Id: fr-core-organization
Title: "Structure (FR Core)"
Description: "Structure et son identifiant national."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization"
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains idNatSt 0..1 and finess 0..*
* identifier.system 1..1
* identifier.value 1..1
* identifier[idNatSt].system = "urn:oid:1.2.250.1.71.4.2.2"
* identifier[finess].system = "https://finess.esante.gouv.fr"

Profile: FrCoreEncounter
Parent: Encounter
Id: fr-core-encounter
Title: "Venue ou mouvement (FR Core)"
Description: "Venue, ou mouvement qui en fait partie."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-encounter"
* extension contains FrEstimatedDischargeDate named estimatedDischargeDate 0..1
* identifier 1..*
* identifier.type 1..1
* identifier.system 1..1
* identifier.value 1..1
* class.system 1..1
* class.code 1..1
* type ..1
* period 1..1
* account ..1
* hospitalization.origin only Reference(Location or Organization)
* hospitalization.destination only Reference(Location or Organization)
* participant.individual only Reference(RelatedPerson or Practitioner or PractitionerRole)

Profile: FrCoreRelatedPerson
Parent: RelatedPerson
Id: fr-core-related-person
Title: "Proche (FR Core)"
Description: "Proche, avec son rôle et son lien."
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-related-person"
* identifier 1..1
* insert RolesOfRelatedPerson

RuleSet: RolesOfRelatedPerson
* relationship ^slicing.discriminator.type = #value
* relationship ^slicing.discriminator.path = "coding.system"
* relationship ^slicing.rules = #open
* relationship contains Role 0..* and RelationType 0..*
* relationship[Role].coding.system = $r260
* relationship[RelationType].coding.system = $r216

Profile: CdsRelatedPerson
Parent: RelatedPerson
Id: cds-fr-related-person
Title: "Proche du cercle (CDS)"
Description: "Proche qui fait partie d'un cercle de soins."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/cds/StructureDefinition/cds-fr-related-person"
* identifier 1..1
* name 1..1
* name.family 1..1
* name.given ..1
* telecom 1..*
* insert RolesOfRelatedPerson
* relationship[Role] 1..*
* relationship[RelationType] ..1

Profile: CdsCareTeam
Parent: CareTeam
Id: cds-ihe-careteam
Title: "Cercle de soins (CDS)"
Description: "Cercle de soins d'une personne : identifié, nommé, daté, de membres qui exercent quelque part."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/cds/StructureDefinition/cds-ihe-careteam"
* meta 1..1
* identifier 1..1
* identifier.value 1..1
* status 1..1
* name 1..1
* subject 1..1
* subject only Reference(Patient)
* period 1..1
* period.start 1..1
* category 0..0
* encounter 0..0
* telecom 0..0
* participant.member 1..1
* participant.member only Reference(PractitionerRole or RelatedPerson or Organization)
* participant.period.start 1..1

Invariant: req-met
Description: "A circle is written by POST or PUT"
Expression: "method = 'POST' or method = 'PUT'"
Severity: #error
* requirements = "Employez POST ou PUT pour chaque entrée."

Profile: CdsBundleCreation
Parent: Bundle
Id: cds-bundle-transaction-creation
Title: "Transaction de création d'un cercle (CDS)"
Description: "Un cercle, sa personne et ses membres, en une transaction."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/cds/StructureDefinition/cds-bundle-transaction-creation"
* type = #transaction
* entry 2..*
* entry.request 1..1
* entry.request obeys req-met
* entry.response 0..0
* entry ^slicing.discriminator.type = #type
* entry ^slicing.discriminator.path = "resource"
* entry ^slicing.rules = #open
* entry contains careTeam 1..1 and patient 1..1 and relatedPerson 0..*
* entry[careTeam].resource only CareTeam
* entry[careTeam].resource 1..1
* entry[patient].resource only Patient
* entry[patient].resource 1..1
* entry[relatedPerson].resource only RelatedPerson
