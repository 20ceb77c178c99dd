Alias: $categorie = https://relais.example/fhir/CodeSystem/categorie
Alias: $etat = https://relais.example/fhir/CodeSystem/etat
Alias: $tache = https://relais.example/fhir/CodeSystem/tache

Instance: exemple-cercle
InstanceOf: RelaisCareTeam
Usage: #example
Title: "Cercle d'Alma"
* status = #active
* name = "Cercle de soins"
* subject = Reference(exemple-patient)
* participant.role = https://relais.example/fhir/CodeSystem/role-cercle#medecin-traitant
* participant.member = Reference(exemple-exercice)
* participant.period.start = "2026-01-05"

Instance: exemple-consentement
InstanceOf: RelaisConsent
Usage: #example
Title: "Consentement au partage, l'information d'abord"
* extension[etat].valueCoding = $etat#donne
* extension[information].extension[0].url = "par"
* extension[information].extension[0].valueReference = Reference(exemple-exercice)
* extension[information].extension[1].url = "moyen"
* extension[information].extension[1].valueString = "entretien"
* extension[information].extension[2].url = "notice"
* extension[information].extension[2].valueString = "2026-1"
* extension[information].extension[3].url = "comprehensionVerifiee"
* extension[information].extension[3].valueBoolean = true
* status = #active
* scope = http://terminology.hl7.org/CodeSystem/consentscope#patient-privacy
* category = http://loinc.org#59284-0
* patient = Reference(exemple-patient)
* dateTime = "2026-01-05T10:00:00+01:00"
* policyRule = https://relais.example/fhir/CodeSystem/regle#partage-sur-consentement
* provision.period.start = "2026-01-05"

Instance: exemple-opposition
InstanceOf: RelaisConsent
Usage: #example
Title: "Opposition à un membre"
* extension[etat].valueCoding = $etat#opposition
* status = #active
* scope = http://terminology.hl7.org/CodeSystem/consentscope#patient-privacy
* category = http://loinc.org#59284-0
* patient.identifier.system = "urn:oid:1.2.250.1.213.1.4.10"
* patient.identifier.value = "245037511600194"
* policyRule = https://relais.example/fhir/CodeSystem/regle#partage-sur-consentement
* provision.provision.type = #deny
* provision.provision.actor.role = http://terminology.hl7.org/CodeSystem/v3-ParticipationType#IRCP
* provision.provision.actor.reference = Reference(exemple-exercice)

Instance: exemple-demande
InstanceOf: RelaisServiceRequest
Usage: #example
Title: "Demande d'appui"
* status = #active
* intent = #order
* code.text = "Appui à la coordination"
* subject = Reference(exemple-patient)
* requester = Reference(exemple-exercice)

Instance: exemple-tache
InstanceOf: RelaisTask
Usage: #example
Title: "Lettre de liaison attendue le soir de la sortie"
* status = #requested
* businessStatus = $etat#sorti
* intent = #order
* code = $tache#lettre-de-liaison
* for = Reference(exemple-patient)
* owner = Reference(exemple-hopital)
* focus = Reference(exemple-episode)
* restriction.period.end = "2026-01-12T22:59:59Z"

Instance: exemple-objectif
InstanceOf: RelaisGoal
Usage: #example
Title: "Projet de vie"
* lifecycleStatus = #active
* category = https://relais.example/fhir/CodeSystem/categorie-objectif#projet-de-vie
* description.text = "Continuer à jardiner chez elle"
* subject = Reference(exemple-patient)

Instance: exemple-pps
InstanceOf: RelaisCarePlan
Usage: #example
Title: "PPS actif, activités par rang"
* extension[etat].valueCoding = $etat#actif
* extension[dateRevision].valueDate = "2026-07-01"
* status = #active
* intent = #plan
* subject = Reference(exemple-patient)
* goal = Reference(exemple-objectif)
* activity[0].extension[rang].valuePositiveInt = 1
* activity[0].detail.status = #scheduled
* activity[0].detail.description = "Toilette et pansement par l'infirmier"
* activity[1].extension[rang].valuePositiveInt = 2
* activity[1].detail.status = #not-started
* activity[1].detail.description = "Adapter la salle de bains"

Instance: exemple-sejour
InstanceOf: RelaisEncounter
Usage: #example
Title: "Séjour terminé"
* meta.security = $categorie#medical
* extension[alimentationDmp].valueCode = #INO
* identifier.system = "https://relais.example/sid/750000010/CH-ESSAIS"
* identifier.value = "V0042"
* status = #finished
* class = http://terminology.hl7.org/CodeSystem/v3-ActCode#IMP
* subject = Reference(exemple-patient)
* period.start = "2026-01-10T09:30:00+01:00"
* period.end = "2026-01-12T16:00:00+01:00"
* hospitalization.dischargeDisposition.coding[0] = https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-circonstances-sortie#3
* hospitalization.dischargeDisposition.coding[1] = https://relais.example/fhir/CodeSystem/mode-sortie#8
* serviceProvider.identifier.system = "https://finess.esante.gouv.fr"
* serviceProvider.identifier.value = "750000010"

Instance: exemple-episode
InstanceOf: RelaisEpisodeOfCare
Usage: #example
Title: "Sortie suivie par le réseau"
* extension[etat].valueCoding = $etat#lettre-recue
* status = #active
* type = https://relais.example/fhir/CodeSystem/type-episode#sortie-hospitalisation
* patient = Reference(exemple-patient)
* period.start = "2026-01-12T16:00:00+01:00"

Instance: exemple-probleme
InstanceOf: RelaisCondition
Usage: #example
Title: "Problème de santé"
* meta.security = $categorie#medical
* clinicalStatus = http://terminology.hl7.org/CodeSystem/condition-clinical#active
* code.text = "Insuffisance cardiaque"
* subject = Reference(exemple-patient)

Instance: exemple-evaluation
InstanceOf: RelaisQuestionnaireResponse
Usage: #example
Title: "Évaluation sociale"
* meta.security = $categorie#social
* questionnaire = "https://relais.example/fhir/Questionnaire/situation-sociale"
* status = #completed
* subject = Reference(exemple-patient)
* item.linkId = "logement"
* item.answer.valueString = "Deuxième étage sans ascenseur"
