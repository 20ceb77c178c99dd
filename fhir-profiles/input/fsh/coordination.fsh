// What carries a machine of coordination, and what the machines look at.

Invariant: rls-rang-unique
Description: "Activities that go on have different ranks (S1-29)"
Expression: "activity.where(detail.where(status = 'cancelled' or status = 'stopped').empty()).extension.where(url = 'https://relais.example/fhir/StructureDefinition/rang').value.isDistinct()"
Severity: #error

Invariant: rls-personne-designee
Description: "A person is pointed at by a reference or named by an identifier, never by a display alone"
Expression: "reference.exists() or identifier.exists()"
Severity: #error

// contracts.md 3: the person by reference, by INS, or contained with traits (a local reference).
RuleSet: OfAPerson(element)
* {element} 1..1
* {element} obeys rls-personne-designee

Profile: RelaisCareTeam
Parent: CareTeam
Id: relais-careteam
Title: "Cercle de soins"
Description: "Cercle d'une personne dans un réseau (volet cercle de soins du CI-SIS)."
* insert OfAPerson(subject)
* participant.role from RolesCercle (preferred)

Profile: RelaisConsent
Parent: Consent
Id: relais-consent
Title: "Consentement ou opposition"
Description: "Acte de la personne sur le partage de ses données (M14)."
* extension contains
    ExtEtat named etat 0..1 and
    Information named information 0..1
* insert OfAPerson(patient)

Profile: RelaisServiceRequest
Parent: ServiceRequest
Id: relais-servicerequest
Title: "Demande d'appui"
Description: "Ce qui est demandé ; la personne par référence, par identifiant ou contenue."
* insert OfAPerson(subject)
* extension contains
    ExtNiveauReponse named niveauReponse 0..1 and
    Information named information 0..1

Profile: RelaisTask
Parent: Task
Id: relais-task
Title: "Tâche"
Description: "Qui doit faire quoi, pour qui et pour quand ; businessStatus porte l'état français."
* insert OfAPerson(for)
* code from Taches (extensible)
* businessStatus from Etats (extensible)
* extension contains
    ExtNiveauReponse named niveauReponse 0..1 and
    Information named information 0..1

Profile: RelaisCarePlan
Parent: CarePlan
Id: relais-careplan
Title: "PPS"
Description: "Plan personnalisé de santé (M3) : activités hiérarchisées par leur rang."
* obeys rls-rang-unique
* insert OfAPerson(subject)
* extension contains
    ExtEtat named etat 0..1 and
    DateRevision named dateRevision 0..1 and
    Accord named accord 0..1 and
    ProjetDeVieNonExprime named projetDeVieNonExprime 0..1 and
    SansVadNiRcp named sansVadNiRcp 0..1
* activity.extension contains Rang named rang 0..1

Profile: RelaisGoal
Parent: Goal
Id: relais-goal
Title: "Objectif"
Description: "Objectif d'un PPS, dont le projet de vie."
* insert OfAPerson(subject)
* category from CategoriesObjectif (extensible)

Profile: RelaisEncounter
Parent: Encounter
Id: relais-encounter
Title: "Séjour ou visite"
Description: "Séjour hospitalier, ou rencontre tenue."
* insert OfAPerson(subject)
* extension contains
    NonDivulgation named nonDivulgation 0..1 and
    ExtAlimentationDmp named alimentationDmp 0..1

Profile: RelaisEpisodeOfCare
Parent: EpisodeOfCare
Id: relais-episodeofcare
Title: "Épisode"
Description: "Épisode de sortie d'hospitalisation vu par le réseau (M6)."
* insert OfAPerson(patient)
* extension contains
    ExtEtat named etat 0..1 and
    Readmission named readmission 0..1

Profile: RelaisCondition
Parent: Condition
Id: relais-condition
Title: "Problème de santé"
Description: "Problème, avec sa catégorie de données dans meta.security."
* insert OfAPerson(subject)

Profile: RelaisQuestionnaireResponse
Parent: QuestionnaireResponse
Id: relais-questionnaireresponse
Title: "Évaluation"
Description: "Réponses à une grille d'évaluation."
* insert OfAPerson(subject)
