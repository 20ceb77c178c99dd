// What carries a machine of coordination, and what the machines look at.

Invariant: rls-rang-unique
Description: "Activities that go on have different ranks (S1-29)"
Expression: "activity.where(detail.where(status = 'cancelled' or status = 'stopped').empty()).extension.where(url = 'https://relais.example/fhir/StructureDefinition/rang').value.isDistinct()"
Severity: #error

Profile: RelaisCareTeam
Parent: CareTeam
Id: relais-careteam
Title: "Cercle de soins"
Description: "Cercle d'une personne dans un réseau (volet cercle de soins du CI-SIS)."
* subject 1..1

Profile: RelaisConsent
Parent: Consent
Id: relais-consent
Title: "Consentement ou opposition"
Description: "Acte de la personne sur le partage de ses données (M14)."
* extension contains ExtEtat named etat 0..1
* patient 1..1

Profile: RelaisServiceRequest
Parent: ServiceRequest
Id: relais-servicerequest
Title: "Demande d'appui"
Description: "Ce qui est demandé ; la personne par référence, par identifiant ou contenue."

Profile: RelaisTask
Parent: Task
Id: relais-task
Title: "Tâche"
Description: "Qui doit faire quoi, pour qui et pour quand ; businessStatus porte l'état français."
* for 1..1
* extension contains ExtNiveauReponse named niveauReponse 0..1

Profile: RelaisCarePlan
Parent: CarePlan
Id: relais-careplan
Title: "PPS"
Description: "Plan personnalisé de santé (M3) : activités hiérarchisées par leur rang."
* obeys rls-rang-unique
* extension contains
    ExtEtat named etat 0..1 and
    DateRevision named dateRevision 0..1
* activity.extension contains Rang named rang 0..1

Profile: RelaisGoal
Parent: Goal
Id: relais-goal
Title: "Objectif"
Description: "Objectif d'un PPS, dont le projet de vie."

Profile: RelaisEncounter
Parent: Encounter
Id: relais-encounter
Title: "Séjour ou visite"
Description: "Séjour hospitalier, ou rencontre tenue."
* subject 1..1

Profile: RelaisEpisodeOfCare
Parent: EpisodeOfCare
Id: relais-episodeofcare
Title: "Épisode"
Description: "Épisode de sortie d'hospitalisation vu par le réseau (M6)."
* extension contains ExtEtat named etat 0..1

Profile: RelaisCondition
Parent: Condition
Id: relais-condition
Title: "Problème de santé"
Description: "Problème, avec sa catégorie de données dans meta.security."

Profile: RelaisQuestionnaireResponse
Parent: QuestionnaireResponse
Id: relais-questionnaireresponse
Title: "Évaluation"
Description: "Réponses à une grille d'évaluation."
* subject 1..1
