// Extensions of the national specifications that Relais reads or writes, with what they demand.

Invariant: rniv-exi-si-09
Description: "An identity that is doubtful or fictitious is provisional (RNIV EXI SI 09)"
Expression: "extension.where(url = 'comment').value.coding.where(code = 'DOUT' or code = 'FICT').empty() or extension.where(url = 'identityStatus').value.all(code = 'PROV')"
Severity: #error
* requirements = "Donnez le statut PROV à une identité douteuse ou fictive, ou retirez l'annotation."

Invariant: rniv-fict-dout
Description: "An identity is not fictitious and doubtful at once (RNIV EXI SI 09)"
Expression: "extension.where(url = 'comment').value.coding.where(code = 'DOUT').empty() or extension.where(url = 'comment').value.coding.where(code = 'FICT').empty()"
Severity: #error
* requirements = "Gardez une seule des annotations FICT et DOUT."

Extension: FrIdentityReliability
Id: fr-core-identity-reliability
Title: "Fiabilité de l'identité"
Description: "Statut de l'identité et comment elle a été vérifiée (FR Core)."
Context: Patient
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
* obeys rniv-exi-si-09 and rniv-fict-dout
* extension contains
    identityStatus 0..1 and
    comment 0..* and
    methodCollection 0..1 and
    dateInterrogationINSi 0..1 and
    validationDate 0..1 and
    validationMode 0..1
* extension[identityStatus].value[x] 1..1
* extension[identityStatus].value[x] only Coding
* extension[identityStatus].value[x] from StatutsIdentite (required)
* extension[comment].value[x] 1..1
* extension[comment].value[x] only CodeableConcept
* extension[methodCollection].value[x] 1..1
* extension[methodCollection].value[x] only Coding
* extension[methodCollection].value[x] from MethodesRecueil (required)
* extension[dateInterrogationINSi].value[x] 1..1
* extension[dateInterrogationINSi].value[x] only date
* extension[validationDate].value[x] 1..1
* extension[validationDate].value[x] only date
* extension[validationMode].value[x] 1..1
* extension[validationMode].value[x] only Coding
* extension[validationMode].value[x] from JustificatifsIdentite (required)

Extension: FrBirthListGivenName
Id: fr-core-patient-birth-list-given-name
Title: "Liste des prénoms de naissance"
Description: "Prénoms de l'acte de naissance, dans leur ordre (FR Core)."
Context: HumanName
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name"
* value[x] 1..1
* value[x] only string

Extension: FrInseeCode
Id: fr-core-address-insee-code
Title: "Code INSEE de la commune"
Description: "Code officiel géographique d'une adresse (FR Core)."
Context: Address
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
* value[x] 1..1
* value[x] only Coding

Extension: PatientBirthPlace
Id: patient-birthPlace
Title: "Lieu de naissance"
Description: "Lieu de naissance de la personne (extension de R4)."
Context: Patient
* ^url = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
* value[x] 1..1
* value[x] only Address

Extension: FrEstimatedDischargeDate
Id: fr-core-estimated-discharge-date
Title: "Date de sortie prévue"
Description: "Date à laquelle la sortie est prévue (FR Core)."
Context: Encounter
* ^url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-estimated-discharge-date"
* value[x] 1..1
* value[x] only date or dateTime

Extension: PdsmIsArchived
Id: pdsm-ext-is-archived
Title: "Archivé"
Description: "Le document ou le lot est archivé (PDSm)."
Context: DocumentReference, List
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"
* value[x] 1..1
* value[x] only boolean

RuleSet: NdeExtension(id)
* ^url = "https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition/{id}"
* value[x] 1..1

Extension: NdeStart
Id: nde-start
Title: "Début de l'abonnement"
Description: "À partir de quand l'abonné est averti (NdE)."
Context: Subscription
* insert NdeExtension(start)
* value[x] only dateTime

Extension: NdeSubject
Id: nde-subject
Title: "Personne suivie"
Description: "La personne dont les évènements sont notifiés (NdE)."
Context: Subscription
* insert NdeExtension(subject)
* value[x] only Reference(Patient)

Extension: NdeDeclarant
Id: nde-declarant
Title: "Déclarant"
Description: "Qui demande l'abonnement (NdE)."
Context: Subscription
* insert NdeExtension(declarant)
* value[x] only Reference(Organization or Practitioner)

Extension: NdeEventType
Id: nde-event-type
Title: "Type d'évènement"
Description: "Évènement qui se notifie (NdE, JDV_J46)."
Context: Subscription, CommunicationRequest
* insert NdeExtension(event-type)
* value[x] only CodeableConcept
* value[x] from EvenementsNotifies (required)

Extension: NdeSubscriber
Id: nde-subscriber
Title: "Abonné"
Description: "Qui reçoit la notification (NdE)."
Context: Subscription
* insert NdeExtension(subscriber)
* value[x] only Reference(Patient or Practitioner or Organization or RelatedPerson)

Extension: NdeSubscriptionDate
Id: nde-subscription-date
Title: "Date de l'abonnement"
Description: "Quand l'abonnement a été demandé (NdE)."
Context: Subscription
* insert NdeExtension(subscription-date)
* value[x] only dateTime

Extension: NdeEventTime
Id: nde-event-time
Title: "Heure de l'évènement"
Description: "Quand l'évènement a eu lieu (NdE)."
Context: CommunicationRequest
* insert NdeExtension(event-time)
* value[x] only dateTime

Extension: NdeRecipientEndpoint
Id: nde-recipient-endpoint
Title: "Adresse du destinataire"
Description: "Où la notification est envoyée (NdE)."
Context: Reference
* insert NdeExtension(recipient-endpoint)
* value[x] only url
