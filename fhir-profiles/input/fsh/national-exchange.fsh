// Document sharing (PDSm), event notification (NdE) and traces (TDE), as far as Relais checks them.

RuleSet: PdsmDocument
* date 1..1
* author 1..*
* subject 1..1
* subject only Reference(Patient)
* custodian 1..1
* content.attachment.contentType 1..1
* content.attachment.title 1..1
* context.event ..1
* extension contains PdsmIsArchived named isArchived 0..1

Profile: PdsmSimplifiedPublish
Parent: DocumentReference
Id: pdsm-simplified-publish
Title: "Publication simplifiée (PDSm, ITI-105)"
Description: "Document envoyé avec ses octets."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish"
* insert PdsmDocument
* status = #current
* content.attachment.data 1..1
* content.attachment.url 0..0

Profile: PdsmComprehensiveDocumentReference
Parent: DocumentReference
Id: pdsm-comprehensive-document-reference
Title: "Document (PDSm, MHD complet)"
Description: "Fiche complète d'un document partagé."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference"
* insert PdsmDocument
* contained 1..*
* author only Reference(Practitioner or PractitionerRole or Device or Patient)
* authenticator only Reference(Practitioner or PractitionerRole or Organization)
* securityLabel 1..*
* content 1..1
* content.attachment.url 1..1
* content.attachment.size 1..1
* content.attachment.hash 1..1
* context 1..1
* context.period 1..1
* context.period.start 1..1
* context.facilityType 1..1
* context.practiceSetting 1..1
* context.sourcePatientInfo 1..1

RuleSet: PdsmList
* status = #current
* mode = #working
* date 1..1
* code 1..1

Profile: PdsmSubmissionSet
Parent: List
Id: pdsm-submissionset-comprehensive
Title: "Lot de soumission (PDSm)"
Description: "Ce qui a été soumis ensemble."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-submissionset-comprehensive"
* insert PdsmList
* contained 1..*
* subject 1..1
* source 1..1
* source only Reference(PractitionerRole or Device or Patient or Practitioner)
* entry.item only Reference(DocumentReference or List)

Profile: PdsmFolder
Parent: List
Id: pdsm-folder-comprehensive
Title: "Classeur (PDSm)"
Description: "Documents classés ensemble."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-folder-comprehensive"
* insert PdsmList
* entry 1..*

Profile: PdsmProvideBundle
Parent: Bundle
Id: pdsm-comprehensive-provide-document-bundle
Title: "Envoi de documents (PDSm, ITI-65)"
Description: "Un lot de soumission et ses documents, en une transaction."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle"
* type = #transaction
* entry ^slicing.discriminator.type = #type
* entry ^slicing.discriminator.path = "resource"
* entry ^slicing.rules = #open
* entry contains list 1..* and document 1..* and octets 0..*
* entry[list].resource only List
* entry[list].resource 1..1
* entry[document].resource only DocumentReference
* entry[document].resource 1..1
* entry[octets].resource only Binary

Profile: NdeSubscription
Parent: Subscription
Id: nde-subscription
Title: "Abonnement (NdE)"
Description: "Abonnement aux évènements d'une personne."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition/nde-subscription"
* contained 1..*
* status = #requested
* extension contains
    NdeStart named start 1..1 and
    NdeSubject named subject 1..1 and
    NdeDeclarant named declarant 1..1 and
    NdeEventType named eventType 1..1 and
    NdeSubscriber named subscriber 1..1 and
    NdeSubscriptionDate named subscriptionDate 0..1

Invariant: event-subject
Description: "An event is about a person or about something else, not both"
Expression: "subject.exists() xor about.exists()"
Severity: #error
* requirements = "Gardez soit subject, soit about."

Profile: NdeEventDeclaration
Parent: CommunicationRequest
Id: nde-eventdeclaration
Title: "Déclaration d'évènement (NdE)"
Description: "Évènement déclaré par un émetteur."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition/nde-eventdeclaration"
* obeys event-subject
* contained 1..*
* status = #active
* extension contains NdeEventType named eventType 1..1 and NdeEventTime named eventTime 1..1
* payload 1..1
* requester 1..1
* requester only Reference(Organization or Practitioner)

Profile: NdeNotificationRequest
Parent: CommunicationRequest
Id: nde-notificationrequest
Title: "Ordre de notification (NdE)"
Description: "Notification à envoyer à un abonné."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition/nde-notificationrequest"
* contained 1..*
* extension contains NdeEventType named eventType 1..1 and NdeEventTime named eventTime 0..1
* basedOn 1..1
* basedOn only Reference(Subscription)
* medium 1..1
* medium from CanauxNotification (required)
* payload 1..1
* recipient 1..1
* recipient.extension contains NdeRecipientEndpoint named endpoint 1..1
* requester 1..1

Profile: TdeAuditEvent
Parent: AuditEvent
Id: tde-auditevent
Title: "Trace (TDE)"
Description: "Trace d'un accès : quand, par qui, vue par quoi."
* ^url = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent"
* subtype ..1
* period 1..1
* period.start 1..1
* agent ..2
* agent.who 1..1
* source.observer only Reference(Device or PractitionerRole or Practitioner or RelatedPerson or Organization or Patient)
